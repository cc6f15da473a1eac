// A model that ONNX Runtime scores: loaded and checked once, then called without allocating.
using System.Diagnostics.CodeAnalysis;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using Microsoft.ML.OnnxRuntime;

namespace MedAI.Streaming.Adapters.Onnx;

/// <summary>
/// A model folder (<c>model.onnx</c> and <c>card.json</c>) behind the port. Whoever loads it disposes it.
/// </summary>
/// <remarks>
/// One caller at a time: the arrays are shared between calls. A second caller that comes while a call runs gets an
/// <see cref="InvalidOperationException"/>. A call pads its rows with zero rows to the next power of two, so rows after those
/// that were asked for do not keep their contents.
/// </remarks>
public sealed class OnnxModel : IScoringModel
{
    private readonly OnnxSession _session;
    private readonly OnnxBuffers _buffers;
    private readonly RunOptions _runOptions = new();
    private int _running;
    private bool _disposed;

    private OnnxModel(ModelCard card, OnnxSession session, int maxRows)
    {
        Card = card;
        MaxRows = maxRows;
        _session = session;
        _buffers = new OnnxBuffers(session.Inner, card, maxRows);
    }

    /// <inheritdoc />
    public ModelCard Card { get; }

    /// <inheritdoc />
    public string Profile => _session.Profile;

    /// <summary>Why the model does not run where it was asked to; null where it does.</summary>
    public string? Notice => _session.Notice;

    /// <summary>How the model did in the bit test when it was loaded.</summary>
    public BitTestResult Bits { get; private set; } = BitTestResult.NotRun;

    /// <inheritdoc />
    public bool MayPage => Bits.Equal;

    /// <inheritdoc />
    public int MaxRows { get; }

    /// <inheritdoc />
    public Span<float> Inputs => _buffers.Inputs;

    /// <inheritdoc />
    public Span<float> States => _buffers.States;

    /// <inheritdoc />
    public ReadOnlySpan<float> Risks => _buffers.Risks;

    /// <inheritdoc />
    public ReadOnlySpan<float> AlarmScores => _buffers.AlarmScores;

    /// <inheritdoc />
    public ReadOnlySpan<float> StatesOut => _buffers.StatesOut;

    /// <inheritdoc />
    public ReadOnlySpan<float> Attentions => _buffers.Attentions;

    /// <summary>Loads the model of <paramref name="folder"/>, checks its checksum and signature, and runs the bit test.</summary>
    /// <param name="folder">A folder <c>NAME/VERSION</c> with <c>model.onnx</c> and <c>card.json</c>.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <exception cref="ModelLoadException">A file is missing, damaged or not what the card says.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The model owns the session, and disposes it where loading fails.")]
    public static OnnxModel Load(string folder, OnnxModelOptions? options = null)
    {
        options ??= new OnnxModelOptions();
        options.Check();
        var card = ModelFolder.ReadCard(folder);
        var session = OnnxSession.Open(ModelFolder.ReadModel(folder, card), ModelFolder.ModelFile(folder), options);
        OnnxModel? model = null;
        try
        {
            OnnxSignature.Check(session.Inner, card, ModelFolder.ModelFile(folder));
            model = new OnnxModel(card, session, options.MaxRows);
            model.Bits = BitTest.Run(model);
            return model;
        }
        catch (Exception failure)
        {
            if (model is null)
            {
                session.Dispose();
            }
            else
            {
                model.Dispose();
            }

            if (failure is ModelFailedException)
            {
                throw new ModelLoadException($"{ModelFolder.ModelFile(folder)}: the model loads but does not answer: "
                    + $"{failure.Message} Export it again.", failure);
            }

            throw;
        }
    }

    /// <inheritdoc />
    public void Run(int rows)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaxRows);
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new InvalidOperationException($"{Card.Id} is already running: one caller at a time.");
        }

        try
        {
            _session.Inner.RunWithBinding(_runOptions, _buffers.Bind(rows));
        }
        catch (Exception failure) when (OnnxSession.IsFromLibrary(failure))
        {
            throw new ModelFailedException($"{Card.Id} did not score {rows} rows: {failure.Message}", failure);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _buffers.Dispose();
        _runOptions.Dispose();
        _session.Dispose();
    }
}
