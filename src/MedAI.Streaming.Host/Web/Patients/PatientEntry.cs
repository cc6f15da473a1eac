// What the directory knows of a patient: the newest of each control record that went into the log.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Host.Web.Patients;

/// <summary>A patient.</summary>
/// <param name="Facts">What is known; its arrival time means nothing here.</param>
/// <param name="Limits">The patient's own limits.</param>
/// <param name="LimitsBy">Who set them; empty: nobody did.</param>
/// <param name="DischargedAt">Event time of the discharge, ms since 1970; null: in care.</param>
internal sealed record PatientEntry(
    PatientFactsElement Facts, IReadOnlyList<PatientLimit> Limits, string LimitsBy = "", long? DischargedAt = null)
{
    /// <summary>Patient id.</summary>
    public string Id => Facts.Patient;
}
