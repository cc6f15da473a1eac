// The report as one HTML page, for people.
namespace MedAI.Streaming.Evaluation.Report;

/// <summary>Builds the page.</summary>
internal static class HtmlReport
{
    public static string Of(EvaluationReport report) => report.Format;
}
