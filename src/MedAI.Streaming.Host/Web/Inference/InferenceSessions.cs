// Calls models for strangers, on sessions of their own and one call at a time, so that flows never wait for one.
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Inference;

/// <summary>
/// Loaded models a second time, each opened when it is first called. Whoever has the turn does all of a call's work that needs the processor:
/// however many call, it is one thread's.
/// </summary>
/// <param name="models">Which models there are.</param>
/// <param name="maxWaiting">The most calls that wait or run; further ones are asked to come again.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Notes for the person who runs the program.</param>
internal sealed class InferenceSessions(IServedModels models, int maxWaiting, TimeProvider time, HostLog log) : IDisposable
{
    /// <summary>The most rows that are scored at once. It bounds memory and changes no bit.</summary>
    public const int RowsAtOnce = 256;

    /// <summary>A model that could not be opened or failed is not tried again for so long.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1);

    // By checksum, so that a model trained anew under the same name is another. Both are touched by whoever has the turn only.
    private readonly Dictionary<string, IScoringModel> _open = new(StringComparer.Ordinal);

    // Guards _failed, which readers of the health look at, too.
    private readonly Lock _noting = new();
    private readonly Dictionary<string, DateTimeOffset> _failed = new(StringComparer.Ordinal);
    private int _waiting;
    private long _rows;
    private long _turnedAway;

    /// <summary>Rows that were scored.</summary>
    public long Rows => Volatile.Read(ref _rows);

    /// <summary>Calls that were turned away because too many waited.</summary>
    public long TurnedAway => Volatile.Read(ref _turnedAway);

    /// <summary>Whether a model is believed to answer calls. What became of it in the flows does not matter: calls have sessions of their own.</summary>
    public bool IsReady(CallableModel served) => RestOf(served) is null;

    /// <summary>How long a model that failed is still left alone; null: it may be called.</summary>
    public TimeSpan? RestOf(CallableModel served)
    {
        lock (_noting)
        {
            var left = _failed.TryGetValue(served.Model.Card.Sha256, out var since) ? since + Rest - time.GetUtcNow() : TimeSpan.Zero;
            return left > TimeSpan.Zero ? left : null;
        }
    }

    /// <summary>Waits for the turn, which ends when it is disposed; null: too many wait.</summary>
    public async Task<Turn?> WaitAsync(CancellationToken stop)
    {
        if (Interlocked.Increment(ref _waiting) > maxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            Interlocked.Increment(ref _turnedAway);
            return null;
        }

        try
        {
            await _turn.WaitAsync(stop);
            return new Turn(this);
        }
        catch
        {
            Interlocked.Decrement(ref _waiting);
            throw;
        }
    }

    /// <summary>Waits for the call that runs, and closes all sessions; later calls wait in vain.</summary>
    public void Dispose()
    {
        _turn.Wait();
        foreach (var model in _open.Values)
        {
            model.Dispose();
        }

        _open.Clear();
    }

    private IScoringModel Session(CallableModel served)
    {
        CloseUnloaded();
        var sum = served.Model.Card.Sha256;
        if (_open.TryGetValue(sum, out var open))
            return open;

        open = served.Open(RowsAtOnce);
        if (open.Card.Sha256 != sum)
        {
            open.Dispose();
            throw new ModelLoadException($"{served.Model.Card.Id}: its files are others than when it was loaded.");
        }

        return _open[sum] = open;
    }

    // Models that were exchanged are not kept.
    private void CloseUnloaded()
    {
        var loaded = models.Loaded.Select(served => served.Model.Card.Sha256).ToHashSet(StringComparer.Ordinal);
        foreach (var sum in _open.Keys.Where(sum => !loaded.Contains(sum)).ToArray())
        {
            Close(sum);
        }
    }

    private void Close(string sum)
    {
        if (_open.Remove(sum, out var model))
            model.Dispose();
    }

    private void Note(CallableModel served, Exception failure)
    {
        log.Warning($"{served.Model.Card.Id} does not answer calls over /v2: {failure.Message}");
        Close(served.Model.Card.Sha256);
        lock (_noting)
        {
            _failed[served.Model.Card.Sha256] = time.GetUtcNow();
        }
    }

    private InferenceResult Run(IScoringModel model, InferenceRequest request, CancellationToken stop)
    {
        var (inputs, states) = (model.Card.Inputs.Count, model.Card.StateSize);
        var result = new InferenceResult(
            new float[request.Rows], new float[request.Rows * states], new float[model.Attentions.IsEmpty ? 0 : request.Rows],
            new float[model.AlarmScores.IsEmpty ? 0 : request.Rows]);
        for (var first = 0; first < request.Rows; first += RowsAtOnce)
        {
            stop.ThrowIfCancellationRequested();
            var rows = Math.Min(RowsAtOnce, request.Rows - first);
            request.Inputs.AsSpan(first * inputs, rows * inputs).CopyTo(model.Inputs);
            request.States.AsSpan(first * states, rows * states).CopyTo(model.States);
            model.Run(rows);
            model.Risks[..rows].CopyTo(result.Risks.AsSpan(first));
            model.StatesOut[..(rows * states)].CopyTo(result.StatesOut.AsSpan(first * states));
            if (result.Attentions.Length > 0)
                model.Attentions[..rows].CopyTo(result.Attentions.AsSpan(first));
            if (result.AlarmScores.Length > 0)
                model.AlarmScores[..rows].CopyTo(result.AlarmScores.AsSpan(first));
            Interlocked.Add(ref _rows, rows);
        }

        return result;
    }

    /// <summary>The right to use the processor for a call.</summary>
    public sealed class Turn(InferenceSessions sessions) : IDisposable
    {
        /// <summary>Calls a model; null: it does not answer, and rests.</summary>
        /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
        public InferenceResult? Run(CallableModel served, InferenceRequest request, CancellationToken stop)
        {
            try
            {
                return sessions.Run(sessions.Session(served), request, stop);
            }
            catch (Exception failure) when (failure is ModelLoadException or ModelFailedException)
            {
                sessions.Note(served, failure);
                return null;
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            Interlocked.Decrement(ref sessions._waiting);
            sessions._turn.Release();
        }
    }
}
