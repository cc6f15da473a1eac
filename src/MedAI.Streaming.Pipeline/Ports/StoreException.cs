// The one way in which a store says that it cannot go on.
namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>Why a store failed, as far as a person can do something about it.</summary>
public enum StoreFailure
{
    /// <summary>Anything else; the message says what.</summary>
    Other,

    /// <summary>No space is left on the device.</summary>
    DiskFull,

    /// <summary>The files are damaged or are not a store.</summary>
    Corrupt,

    /// <summary>Another process has the store open.</summary>
    InUse,

    /// <summary>The store was made with other settings (partitions, configuration, version).</summary>
    Mismatch,

    /// <summary>The server behind the store does not answer; the same call may succeed later.</summary>
    Unavailable,
}

/// <summary>A store could not do what was asked; nothing of the call took effect.</summary>
public sealed class StoreException : Exception
{
    /// <summary>A failure of a kind, with a message that says what to do.</summary>
    public StoreException(StoreFailure failure, string message, Exception? inner = null)
        : base(message, inner) => Failure = failure;

    /// <summary>The kind of failure.</summary>
    public StoreFailure Failure { get; }
}

/// <summary>Another process owns the partition now: whoever gets this stops working on it and writes nothing more.</summary>
public sealed class OwnershipLostException(string message, Exception? inner = null) : Exception(message, inner);
