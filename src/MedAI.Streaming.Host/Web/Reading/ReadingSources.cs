// What the endpoints for reading out read from, and who may see what of it.
using System.Diagnostics.CodeAnalysis;
using MedAI.Streaming.Pipeline.Ports;
using Microsoft.AspNetCore.Http;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>What is read out.</summary>
internal sealed record ReadingSources
{
    /// <summary>What was decided.</summary>
    public required IAlertHistory History { get; init; }

    /// <summary>The series.</summary>
    public required ISeriesStore Series { get; init; }

    /// <summary>How patients look now.</summary>
    public required WardPicture Picture { get; init; }

    /// <summary>The ward of a patient, or null where none is known; null: as the picture has it.</summary>
    public Func<string, string?>? WardOf { get; init; }

    /// <summary>
    /// Whether this process watches a patient; null: it watches all. Of one that another process watches it has no series, and no view
    /// or an old one.
    /// </summary>
    public Func<string, bool>? IsWatched { get; init; }

    /// <summary>Whether the series are those of all patients, whoever watches them.</summary>
    public bool SharesSeries { get; init; }

    /// <summary>Whether this process watches anybody at all.</summary>
    public bool Watches { get; init; } = true;

    /// <summary>What to answer where only a process that watches knows: to say nothing is known would be taken for quiet.</summary>
    public static Problem NotHere { get; } = new(
        421, "not_watched_here", "This process does not watch this patient, so it has no series and no view of them; another one does. "
        + "Episodes and alerts are to be had from every process.");

    /// <summary>Whether a caller may see a patient.</summary>
    public Func<string, bool> SightOf(Caller caller) =>
        caller.Wards.Count == 0 ? static _ => true : patient => caller.AllowsWard((WardOf ?? Picture.WardOf)(patient));

    /// <summary>The patient of a request's path, if the caller may see them; else what to answer.</summary>
    public bool TryPatient(HttpContext context, [NotNullWhen(true)] out string? patient, [NotNullWhen(false)] out Problem? refused)
    {
        refused = null;
        patient = PathId.Read(context, "id");
        if (patient is null)
            refused = new Problem(404, "not_found", "There is nothing under this path.");

        // A patient that nobody knows is refused like one of another ward: a key tells nothing about those it is not for.
        else if (!SightOf(context.Caller())(patient))
            refused = new Problem(403, "ward_not_allowed", "This key is limited to wards, and none of them is known to be this patient's.");
        return refused is null;
    }
}
