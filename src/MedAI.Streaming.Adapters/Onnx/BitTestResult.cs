// What the bit test found.
namespace MedAI.Streaming.Adapters.Onnx;

/// <summary>The first result that depended on the rows beside it.</summary>
/// <param name="BatchRows">Rows of the batch.</param>
/// <param name="Permuted">Whether the rows stood in permuted order.</param>
/// <param name="Row">Index of the row among the golden rows.</param>
/// <param name="Output"><c>risk</c>, <c>state_out</c> or <c>attention</c>.</param>
/// <param name="Column">Index in the output's row.</param>
/// <param name="Alone">The result of the row alone.</param>
/// <param name="InBatch">The result of the same row in the batch.</param>
public sealed record BitDifference(
    int BatchRows, bool Permuted, int Row, string Output, int Column, float Alone, float InBatch);

/// <summary>Outcome of <see cref="BitTest"/>; <paramref name="Reason"/> says in words what it rests on.</summary>
/// <param name="Equal">Whether each row gave the same bits everywhere; only then may the model page.</param>
/// <param name="Reason">What was compared, or what differed.</param>
/// <param name="First">The first difference; null where there is none, or where a result was no number.</param>
public sealed record BitTestResult(bool Equal, string Reason, BitDifference? First)
{
    internal static BitTestResult NotRun { get; } = new(false, "the bit test has not run", null);

    internal static BitTestResult Passed(int rows, int batches) =>
        new(true, $"{rows} golden rows gave equal bits alone and in {batches} batches", null);

    internal static BitTestResult NotANumber(int row, string output, float value) =>
        new(false, FormattableString.Invariant($"golden row {row} alone gives {output} {value}"), null);

    internal static BitTestResult Differs(BitDifference first) => new(
        false,
        FormattableString.Invariant(
            $"golden row {first.Row}: {first.Output}[{first.Column}] is {first.Alone:R} alone and {first.InBatch:R} in a batch")
        + $" of {first.BatchRows}{(first.Permuted ? ", permuted" : "")}",
        first);
}
