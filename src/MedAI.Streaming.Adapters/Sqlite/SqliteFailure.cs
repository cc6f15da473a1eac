// Turns SQLite's result codes into what a person can do about them.
using MedAI.Streaming.Pipeline.Ports;
using SQLitePCL;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>Describes failures.</summary>
internal static class SqliteFailure
{
    // Below this an I/O error is put down to the full device: SQLite reports some of these (fsync, the -shm file) as plain I/O errors.
    private const long NoSpaceBytes = 1 << 20;

    /// <summary>The exception for a result code.</summary>
    public static StoreException Describe(string path, int rc, string sqlite, string doing)
    {
        var said = $"SQLite said: {sqlite} ({rc}), at: {doing}";
        return (rc & 0xff) switch
        {
            raw.SQLITE_FULL => Full(path, said),
            raw.SQLITE_IOERR when IsFull(path) => Full(path, said),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Corrupt(path, said),
            raw.SQLITE_IOERR when rc == raw.SQLITE_IOERR_SHORT_READ => Corrupt(path, said),
            raw.SQLITE_IOERR => new StoreException(
                StoreFailure.Other,
                $"{path} cannot be read or written. Check the disk, this user's quota and the limit on the size of files, then start "
                + $"again; what was committed is safe. {said}"),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new StoreException(
                StoreFailure.InUse, $"{path} is locked by another program. Close that program and start again. {said}"),
            raw.SQLITE_CANTOPEN => new StoreException(
                StoreFailure.Other, $"{path} cannot be opened. Check that it is there and that this user may write to its directory. {said}"),
            raw.SQLITE_READONLY when rc == raw.SQLITE_READONLY_ROLLBACK => new StoreException(
                StoreFailure.Other,
                $"{path} was left in the middle of a change by a program that was killed, and cannot be read before that is taken back. Start "
                + $"the program that wrote it, as a user who may write to it and to its directory. {said}"),
            raw.SQLITE_READONLY => new StoreException(
                StoreFailure.Other, $"{path} cannot be written. Check the permissions of the file and of its directory. {said}"),
            _ => new StoreException(StoreFailure.Other, $"{path}: {said}"),
        };
    }

    /// <summary>The exception for a file whose content cannot be right.</summary>
    public static StoreException Corrupt(string path, string what, Exception? inner = null) => new(
        StoreFailure.Corrupt,
        $"{path} is damaged or is not a file of a store. Put back a copy of the whole directory, or replay the input into a new one. {what}",
        inner);

    private static StoreException Full(string path, string said) => new(
        StoreFailure.DiskFull, $"No space is left for {path}. Free some and start again; what was committed is safe. {said}");

    private static bool IsFull(string path)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace < NoSpaceBytes;
        }
        catch (IOException)
        {
            // Whether it is full cannot be found out; the caller reports the error itself.
            return false;
        }
    }
}
