// Why a partition's log is not told which model decides, and when that is tried again.
namespace MedAI.Streaming.Pipeline;

/// <summary>What is in the way of a record about models.</summary>
/// <param name="Reason">Why it is not there.</param>
/// <param name="Since">When that was found out, as a timestamp of the clock.</param>
/// <param name="Pause">How long until it is tried again.</param>
internal sealed record ModelTrouble(string Reason, long Since, TimeSpan Pause);
