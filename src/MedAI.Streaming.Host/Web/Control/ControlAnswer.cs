// What came of a change that was asked for.
namespace MedAI.Streaming.Host.Web.Control;

/// <summary>The outcome of a change: what there is now, or why it was refused.</summary>
/// <param name="Value">What there is now; means nothing where it was refused.</param>
/// <param name="Problem">Why it was refused; null: it was done, or was so already.</param>
/// <param name="IsNew">Whether something was made that was not there.</param>
internal readonly record struct ControlAnswer<T>(T Value, Problem? Problem = null, bool IsNew = false)
    where T : class;
