// One model of a partition: the way to it, and the states it keeps of the patients.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Pipeline.State;

/// <summary>
/// State rows by patient number. A state is known that is the one behind the patient's last committed step; any other is made from the kept
/// steps before it is used. While none is known, rows take no memory.
/// </summary>
/// <param name="id">The model's name and version; empty: no model.</param>
internal sealed class ModelSlot(string id)
{
    private float[] _rows = [];
    private bool[] _known = [];
    private int _count;

    /// <summary>The model's name and version; empty: no model.</summary>
    public string Id { get; } = id;

    /// <summary>Floats per patient; 0 until the model, or a state of it, is here.</summary>
    public int Size { get; private set; }

    /// <summary>The model; null: none, or one that was elected and was not needed yet.</summary>
    public LoadedModel? Model { get; private set; }

    /// <summary>What the log says of it; null: it was never elected.</summary>
    public ModelElection? Election { get; set; }

    /// <summary>Whether it is scored where its alerts do not count.</summary>
    public bool IsShadow { get; init; }

    /// <summary>The state of a patient; empty where it is not known, and of a model without states.</summary>
    public ReadOnlySpan<float> Of(int patient) => _known[patient] ? _rows.AsSpan(patient * Size, Size) : [];

    /// <summary>The state of a patient is to be made from the kept steps before it is used.</summary>
    public bool IsCold(int patient) => Size > 0 && !_known[patient];

    /// <summary>The state of a patient, which is known from now on: the caller writes it.</summary>
    public Span<float> Keep(int patient)
    {
        _count += _known[patient] ? 0 : 1;
        _known[patient] = true;
        if (_rows.Length < _known.Length * Size)
        {
            _rows = new float[_known.Length * Size];
        }

        return _rows.AsSpan(patient * Size, Size);
    }

    /// <summary>The state of a patient is not known any more.</summary>
    public void Forget(int patient)
    {
        if (_known[patient])
        {
            _known[patient] = false;
            _rows = --_count == 0 ? [] : _rows;
        }
    }

    /// <summary>Makes room for patients.</summary>
    public void Grow(int patients)
    {
        Array.Resize(ref _known, patients);
        if (_count > 0)
        {
            Array.Resize(ref _rows, patients * Size);
        }
    }

    /// <summary>States are of this size; none is known.</summary>
    public void Resize(int size)
    {
        Size = size;
        Array.Clear(_known);
        (_rows, _count) = ([], 0);
    }

    /// <summary>The model, from the shelf if it is not here yet.</summary>
    /// <exception cref="ModelFailedException">It cannot be had, or does not fit the stream.</exception>
    public LoadedModel Load(FlowLaw law, long stepMs)
    {
        if (Model is not null)
        {
            return Election is not { } elected || elected.Sha256 == Model.Scorer.Model.Card.Sha256
                ? Model
                : throw new ModelFailedException($"the elected model {Id} cannot be asked: it is another file ({Model.Scorer.Model.Card.Sha256}) than the elected one ({elected.Sha256})");
        }

        try
        {
            var model = law.Shelf is { } shelf && Election is { } election
                ? shelf.Take(Id, election.Sha256)
                : throw new ModelLoadException("there is no shelf to take it from");
            if (model.Features.StepMs != stepMs || (Size > 0 && Size != model.StateSize))
            {
                throw new ModelLoadException($"its step of {model.Features.StepMs} ms or its state of {model.StateSize} does not fit");
            }

            Put(model);
            return model;
        }
        catch (ModelLoadException failure)
        {
            throw new ModelFailedException($"the elected model {Id} cannot be asked: {failure.Message}", failure);
        }
    }

    /// <summary>The model is here.</summary>
    public void Put(LoadedModel model)
    {
        Model = model;
        if (Size != model.StateSize)
        {
            Resize(model.StateSize);
        }
    }
}
