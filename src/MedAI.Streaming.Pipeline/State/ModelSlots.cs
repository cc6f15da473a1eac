// The models of a partition: which of them there are, and whose alerts count when.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Pipeline.State;

/// <summary>Whose alerts count: from the record that said so.</summary>
/// <param name="Offset">Offset of that record.</param>
/// <param name="ArrivalTime">Its arrival time.</param>
/// <param name="Election">What it said.</param>
/// <param name="Number">The number of the model.</param>
/// <param name="Rule">The rule on the model's alarm score, or risk; null: the site has none.</param>
internal sealed record ElectedModel(long Offset, long ArrivalTime, ModelElection Election, int Number, ScoreRule? Rule);

/// <summary>
/// The law's first model (or none) has the number 0, the shadows follow, and behind them those that the log elected in addition.
/// </summary>
internal sealed class ModelSlots
{
    private readonly List<ModelSlot> _all = [];
    private readonly FlowLaw _law;
    private readonly ElectedModel _first;
    private int[] _active = [];

    /// <summary>The models of a law.</summary>
    public ModelSlots(FlowLaw law)
    {
        _law = law;
        var first = law.Scorer is null ? null : new LoadedModel(law.Features!, law.Scorer);
        Add(law.ModelId, first, isShadow: false);
        foreach (var shadow in law.Shadows)
        {
            Add(shadow.Id, shadow, isShadow: true);
        }

        _first = new ElectedModel(-1, long.MinValue, new("", "", 0, 0, false, ""), 0, FirstRule(law));
        StepMs = (first ?? (law.Shadows is [var other, ..] ? other : null))?.Features.StepMs ?? 0;
    }

    /// <summary>The length of a model step, ms; 0: there is no model.</summary>
    public long StepMs { get; }

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    /// <summary>A model by number.</summary>
    public ModelSlot this[int number] => _all[number];

    /// <summary>Whether a model is served at all whose alerts count.</summary>
    public bool IsServed => _law.Scorer is not null;

    /// <summary>Which records said that the elected model stopped or started to answer, oldest first; an election is one of them.</summary>
    public List<(long Offset, long ArrivalTime, bool Available)> Changes { get; } = [];

    /// <summary>What the log elected, oldest first.</summary>
    public List<ElectedModel> Elections { get; } = [];

    /// <summary>The number of the model that decided of a patient last.</summary>
    public ref int Active(int patient) => ref _active[patient];

    /// <summary>The model, from the shelf if it is not here yet.</summary>
    /// <exception cref="Ports.ModelFailedException">It cannot be had, or does not fit the stream.</exception>
    public LoadedModel Load(int number) => _all[number].Load(_law, StepMs);

    /// <summary>Makes room for patients.</summary>
    public void Grow(int patients)
    {
        Array.Resize(ref _active, patients);
        foreach (var slot in _all)
        {
            slot.Grow(patients);
        }
    }

    /// <summary>All models forget a patient.</summary>
    public void Forget(int patient)
    {
        foreach (var slot in _all)
        {
            slot.Forget(patient);
        }
    }

    /// <summary>The log elects a model.</summary>
    public void Elect(long offset, long arrivalTime, ModelElection election)
    {
        var number = NumberOf(election.Model);
        _all[number].Election = election;
        var rule = _law.Book.Settings.Model is not { } site
            ? null
            : site with
            {
                Levels = [site.Levels[0] with { Threshold = election.AlertThreshold }],
                Hysteresis = election.AlertThreshold - election.ClearThreshold,
                Enabled = site.Enabled && election.Pages,
            };
        Elections.Add(new(offset, arrivalTime, election, number, rule));
        Changes.Add((offset, arrivalTime, true));
    }

    /// <summary>
    /// The model whose alerts count: the one elected last by a record before the one that is being worked on, for what came due after that
    /// record's arrival; the first one before any election.
    /// </summary>
    /// <param name="cause">Offset of the record in whose wake the patient is being worked on.</param>
    /// <param name="arrivalTime">When what is to be scored came due.</param>
    public ElectedModel ElectedAt(long cause, long arrivalTime)
    {
        for (var i = Elections.Count - 1; i >= 0; i--)
        {
            if (Counts(Elections[i].Offset, Elections[i].ArrivalTime, cause, arrivalTime))
            {
                return Elections[i];
            }
        }

        return _first;
    }

    /// <summary>Whether that model does not answer, by the same rule.</summary>
    /// <param name="cause">Offset of the record in whose wake the patient is being worked on.</param>
    /// <param name="arrivalTime">When what is to be scored came due.</param>
    public bool IsSilentAt(long cause, long arrivalTime)
    {
        for (var i = Changes.Count - 1; i >= 0; i--)
        {
            if (Counts(Changes[i].Offset, Changes[i].ArrivalTime, cause, arrivalTime))
            {
                return !Changes[i].Available;
            }
        }

        return false;
    }

    /// <summary>A model by name and version; null: it is not there.</summary>
    public ModelSlot? Find(string id) => _all.Find(slot => slot.Id == id);

    /// <summary>The number of a model by name and version; one that is not there yet is added.</summary>
    public int NumberOf(string id)
    {
        var number = _all.FindIndex(slot => slot.Id == id);
        if (number < 0)
        {
            number = Add(id, null, isShadow: false);
            _all[number].Grow(_active.Length);
        }

        return number;
    }

    private int Add(string id, LoadedModel? model, bool isShadow)
    {
        var slot = new ModelSlot(id) { IsShadow = isShadow };
        if (model is not null)
        {
            slot.Put(model);
        }

        _all.Add(slot);
        return _all.Count - 1;
    }

    // What a record says of models counts for what is worked on behind it and came due after its arrival: neither batches nor clocks move that.
    private static bool Counts(long offset, long arrival, long cause, long due) => offset < cause && arrival < due;

    private static ScoreRule? FirstRule(FlowLaw law) => law.Book.Settings.Model is { } rule && law.Scorer is { Model.MayPage: false }
        ? rule with { Enabled = false }
        : law.Book.Settings.Model;
}
