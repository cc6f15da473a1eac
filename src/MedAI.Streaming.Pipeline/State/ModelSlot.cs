// One model of a partition: the way to it, and the states it keeps of the patients.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Pipeline.State;

/// <summary>State rows by patient number; zeros are a patient the model has not seen.</summary>
/// <param name="id">The model's name and version; empty: no model.</param>
internal sealed class ModelSlot(string id)
{
    private float[] _rows = [];
    private bool[] _cold = [];

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

    /// <summary>The state of a patient.</summary>
    public Span<float> Of(int patient) => _rows.AsSpan(patient * Size, Size);

    /// <summary>The state of a patient is not known: it is to be made from the kept steps before it is used.</summary>
    public ref bool IsCold(int patient) => ref _cold[patient];

    /// <summary>Makes room for patients.</summary>
    public void Grow(int patients)
    {
        Array.Resize(ref _rows, patients * Size);
        Array.Resize(ref _cold, patients);
    }

    /// <summary>The states are of this size.</summary>
    public void Resize(int size)
    {
        Size = size;
        _rows = new float[_cold.Length * size];
    }

    /// <summary>The model, from the shelf if it is not here yet.</summary>
    /// <exception cref="ModelFailedException">It cannot be had, or does not fit the stream.</exception>
    public LoadedModel Load(FlowLaw law, long stepMs)
    {
        if (Model is not null)
        {
            return Model;
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
