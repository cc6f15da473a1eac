// Changes how patients are watched: decides on the directory, writes control records into the log, and then keeps the change.
using MedAI.Streaming.Adapters.Json;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Web.Frames;
using MedAI.Streaming.Host.Web.Patients;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Control;

/// <summary>
/// The changes that people make. Each is in the log before it is in the directory; where the process ends in between, whoever asked has no
/// answer and asks again, and the second record of the same changes nothing. What is so already is not logged again.
/// </summary>
/// <param name="gateway">The log's door.</param>
/// <param name="directory">The directory.</param>
/// <param name="site">The limit rules of the site.</param>
/// <param name="isKnown">Whether anything is known of a patient who is not in the directory: they are monitored, or were.</param>
/// <param name="time">The clock.</param>
internal sealed class PatientControl(
    ILogGateway gateway, PatientDirectory directory, IReadOnlyList<LimitRule> site, Func<string, bool> isKnown, TimeProvider time)
{
    /// <summary>How far what people say may be ahead of now: clocks differ.</summary>
    public const long MaxAheadMs = 60_000;

    /// <summary>The time now, ms since 1970.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Says what is known of a patient, in place of what was known; readmits one who was discharged.</summary>
    public async Task<ControlAnswer<PatientEntry>> PutFactsAsync(Caller caller, PatientFactsElement facts, CancellationToken stop)
    {
        using var turn = await directory.ChangeAsync(stop);
        var before = directory.Patient(facts.Patient);
        if (!caller.AllowsWard(facts.Ward) || (before is not null && !caller.AllowsWard(before.Facts.Ward)))
            return new(null!, OtherWard());

        // Nobody said of which ward they are: whoever is limited to wards may not make them their own, and say how they are judged.
        if (before is null && caller.Wards.Count > 0 && isKnown(facts.Patient))
            return new(null!, OtherWard());
        if (before is { DischargedAt: null } && before.Facts == facts)
            return new(before);

        var after = (before ?? new PatientEntry(facts, [])) with { Facts = facts, DischargedAt = null };
        if (await AppendAsync(facts) is { } busy)
            return new(null!, busy);

        directory.Put(after);
        return new(after, IsNew: before is null);
    }

    /// <summary>Lets a patient wear a device; whoever wore it until then takes it off. Readmits one who was discharged.</summary>
    public async Task<ControlAnswer<WearDecision>> AssociateAsync(
        Caller caller, string id, string device, long? from, string by, CancellationToken stop)
    {
        using var turn = await directory.ChangeAsync(stop);
        if (Find(caller, id, out var patient) is { } refused)
            return new(null!, refused);

        var decision = directory.Device(device).Associate(id, from, Now, by);
        if (!caller.AllowsDevice(device) || (decision.Ended is { } other && !MayTouch(caller, other.Patient)))
            return new(null!, OtherDevice());
        if (Conflict(decision, device) is { } conflict)
            return new(null!, conflict);
        if (decision.Begun is not { } begun)
            return new(decision);

        List<LogElement> records = [new DeviceAssociationElement(0, id, device, begun.From, null, by)];
        if (decision.Ended is { } ended)
            records.Insert(0, new DeviceAssociationElement(0, ended.Patient, device, ended.From, ended.Until, by));
        if (await AppendAsync([.. records]) is { } busy)
            return new(null!, busy);

        directory.Put(device, decision.History);
        if (patient.DischargedAt is not null)
            directory.Put(patient with { DischargedAt = null });
        return new(decision);
    }

    /// <summary>Lets a patient take a device off.</summary>
    public async Task<ControlAnswer<WearDecision>> EndAsync(
        Caller caller, string id, string device, long? until, string by, CancellationToken stop)
    {
        using var turn = await directory.ChangeAsync(stop);
        if (Find(caller, id, out _) is { } refused)
            return new(null!, refused);
        if (!caller.AllowsDevice(device))
            return new(null!, OtherDevice());

        var decision = directory.Device(device).End(id, until, Now, by);
        if (Conflict(decision, device) is { } conflict)
            return new(null!, conflict);
        if (decision.Ended is not { } ended)
            return new(decision);

        if (await AppendAsync(new DeviceAssociationElement(0, id, device, ended.From, ended.Until, by)) is { } busy)
            return new(null!, busy);

        directory.Put(device, decision.History);
        return new(decision);
    }

    /// <summary>Sets a patient's own limits in place of those there were.</summary>
    public async Task<ControlAnswer<PatientEntry>> PutLimitsAsync(
        Caller caller, string id, IReadOnlyList<PatientLimit> limits, string by, CancellationToken stop)
    {
        using var turn = await directory.ChangeAsync(stop);
        if (Find(caller, id, out var patient) is { } refused)
            return new(null!, refused);
        if (PatientLimits.Problem(limits, site) is { } problem)
            return new(null!, Invalid("limits", problem));

        var record = new PatientLimitsElement(0, id, limits, by);
        if (patient.LimitsBy == by && AreEqual(patient.Limits, limits))
            return new(patient);
        if (await AppendAsync(record) is { } busy)
            return new(null!, busy);

        var after = patient with { Limits = limits, LimitsBy = by };
        directory.Put(after);
        return new(after);
    }

    /// <summary>Acknowledges an episode as far as it was seen. What becomes of it the flow decides.</summary>
    public async Task<ControlAnswer<AcknowledgementElement>> AcknowledgeAsync(Caller caller, AcknowledgementElement acknowledgement) =>
        new(acknowledgement, Find(caller, acknowledgement.Patient, out _) ?? await AppendAsync(acknowledgement));

    /// <summary>Discharges a patient, who takes every device off.</summary>
    public async Task<ControlAnswer<PatientEntry>> DischargeAsync(Caller caller, string id, long? at, string by, CancellationToken stop)
    {
        using var turn = await directory.ChangeAsync(stop);
        if (Find(caller, id, out var patient) is { } refused)
            return new(null!, refused);
        if (patient.DischargedAt is { } before)
        {
            return (at ?? before) == before
                ? new(patient)
                : new(null!, new(409, "discharged_before", $"The patient was discharged at {JsonTime.Format(before)}; readmit them first, or leave 'at' out."));
        }

        var left = at ?? Now;
        var decisions = directory.DevicesOf(id).Select(device => (Device: device, Decision: directory.Device(device).End(id, left, left, by))).ToArray();
        if (decisions.FirstOrDefault(one => one.Decision.Outcome != WearOutcome.Changed) is { Decision: { } wrong } one)
            return new(null!, Conflict(wrong, one.Device));
        if (await AppendAsync(new DischargeElement(0, id, left, by)) is { } busy)
            return new(null!, busy);

        // The patient last: as long as that is not kept, to ask again does all of it again.
        foreach (var (device, decision) in decisions)
        {
            directory.Put(device, decision.History);
        }

        var after = patient with { DischargedAt = left };
        directory.Put(after);
        return new(after);
    }

    // Not given up where whoever asked goes away: the directory must follow what is logged.
    private async Task<Problem?> AppendAsync(params LogElement[] records)
    {
        var result = await gateway.AppendAsync(records, CancellationToken.None);
        return result.IsDurable ? null : FrameAnswer.Busy(result.RetryAfter);
    }

    private Problem? Find(Caller caller, string id, out PatientEntry patient)
    {
        patient = directory.Patient(id)!;
        return patient is null
            ? new(404, "unknown_patient", "This patient is not known here. Enter them first: PUT /v1/patients/{id}.")
            : caller.AllowsWard(patient.Facts.Ward) ? null : OtherWard();
    }

    private bool MayTouch(Caller caller, string id) => caller.AllowsWard(directory.Patient(id)?.Facts.Ward);

    private static Problem OtherWard() => new(403, "ward_not_allowed", "This key may be used for patients of other wards only.");

    private static Problem OtherDevice() => new(403, "device_not_allowed", "This key may be used for other devices, or their wearers' wards, only.");

    private static Problem Invalid(string field, string problem) =>
        new(422, "invalid", "Something in the body may not be so, as 'errors' says.")
        {
            Errors = new Dictionary<string, string> { [field] = problem },
        };

    private static Problem? Conflict(WearDecision decision, string device)
    {
        var stands = decision.Standing;
        var from = stands is null ? "" : JsonTime.Format(stands.From);
        var until = stands?.Until is { } end ? JsonTime.Format(end) : "";
        return decision.Outcome switch
        {
            WearOutcome.Overlap when until.Length > 0 => new(409, "overlap", $"'{device}' was worn until {until}; give 'from' not before that."),
            WearOutcome.Overlap => new(409, "overlap", $"'{device}' is worn since {from}; give 'from' after that, or end it first."),
            WearOutcome.OtherBeginning => new(409, "worn_since", $"The patient wears '{device}' since {from}; leave 'from' out, or end it first."),
            WearOutcome.Inverted => new(409, "inverted", $"The patient wears '{device}' since {from}; it cannot end before that."),
            WearOutcome.OtherEnd => new(409, "ended_before", $"The patient took '{device}' off at {until} already; leave 'until' out."),
            WearOutcome.NeverWorn => new(404, "never_worn", $"The patient never wore '{device}'."),
            _ => null,
        };
    }

    private static bool AreEqual(IReadOnlyList<PatientLimit> some, IReadOnlyList<PatientLimit> others) =>
        some.Count == others.Count && some.Zip(others).All(pair =>
            pair.First with { Levels = [] } == pair.Second with { Levels = [] } && pair.First.Levels.SequenceEqual(pair.Second.Levels));
}
