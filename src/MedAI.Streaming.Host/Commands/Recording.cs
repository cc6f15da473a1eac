// A recording that a command plays: its reader's words for what is wrong with it become the program's.
using System.Globalization;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Evaluation.Readers;

namespace MedAI.Streaming.Host.Commands;

/// <summary>A recording, or a part of it.</summary>
internal sealed class Recording
{
    private readonly IRecordedSource _source;
    private readonly ReadOptions _part;

    private Recording(IRecordedSource source, string path, ReadOptions part)
    {
        _source = source;
        _part = part;
        InWords = string.Create(
            CultureInfo.InvariantCulture,
            $"{source.Format} {Path.GetFullPath(path)} patients={part.Patients} from={part.From:O} until={part.Until:O}");
    }

    /// <summary>Its format.</summary>
    public string Format => _source.Format;

    /// <summary>What it is, in words that are equal for equal input.</summary>
    public string InWords { get; }

    /// <summary>Opens a recording.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static Recording Open(string format, string path, ReadOptions part)
    {
        try
        {
            return new Recording(RecordedSources.Open(format, path), path, part);
        }
        catch (Exception refused) when (refused is RecordedInputException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(refused.Message, refused);
        }
    }

    /// <summary>Its labelled stays.</summary>
    /// <exception cref="InputException">It has none, or they cannot be read.</exception>
    public IReadOnlyList<StayLabels> ReadLabels(int? patients)
    {
        try
        {
            return _source is ILabelledSource labelled
                ? labelled.ReadLabels(patients)
                : throw new InputException($"The format {Format} has no labels.");
        }
        catch (Exception refused) when (refused is RecordedInputException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(refused.Message, refused);
        }
    }

    /// <summary>Whether it says of each stay how it ended, instead of labels by the hour.</summary>
    public bool HasOutcomes => _source is IOutcomeSource;

    /// <summary>Its stays with a known outcome.</summary>
    /// <exception cref="InputException">It has none, or they cannot be read.</exception>
    public IReadOnlyList<StayOutcome> ReadOutcomes(int? patients)
    {
        try
        {
            return _source is IOutcomeSource source
                ? source.ReadOutcomes(patients)
                : throw new InputException($"The format {Format} has no outcomes.");
        }
        catch (Exception refused) when (refused is RecordedInputException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(refused.Message, refused);
        }
    }

    /// <summary>Its elements in arrival order, always the same.</summary>
    /// <exception cref="InputException">It cannot be read, which may show in the middle.</exception>
    public IEnumerable<LogElement> Read(IProgress<double>? progress)
    {
        using var elements = _source.Read(_part, progress).GetEnumerator();
        while (true)
        {
            try
            {
                if (!elements.MoveNext())
                    break;
            }
            catch (Exception refused) when (refused is RecordedInputException or IOException or UnauthorizedAccessException)
            {
                throw new InputException(refused.Message, refused);
            }

            yield return elements.Current;
        }
    }
}
