// One thing of a request's body that was not taken, as its sender is told.
namespace MedAI.Streaming.Host.Web.Frames;

/// <summary>What kind of fault a refusal is; the kinds of a request decide its status.</summary>
internal enum RefusalKind
{
    /// <summary>It cannot be read: 400.</summary>
    Syntax,

    /// <summary>It was read and may not be taken: 422.</summary>
    Content,

    /// <summary>It is over a limit: 413.</summary>
    Limit,
}

/// <summary>A refusal.</summary>
/// <param name="Line">The line of NDJSON, or the number of the frame in an array or batch, from 1.</param>
/// <param name="Reason">A word in lower snake case.</param>
/// <param name="Detail">What is wrong, as a sentence.</param>
/// <param name="Kind">What kind of fault it is.</param>
internal readonly record struct RefusedFrame(int Line, string Reason, string Detail, RefusalKind Kind);
