// One way to the receiver: what is handed over goes out in its order, together, and again where that is asked for.
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace MedAI.Streaming.Host.Send;

/// <summary>What goes down a lane: a copy of a frame, or a control request that stands between frames.</summary>
/// <param name="Delivery">The frame, or null.</param>
/// <param name="HandedAt">Timestamp at which it was handed over.</param>
/// <param name="Control">The control request, or null.</param>
internal readonly record struct LaneItem(Delivery? Delivery, long HandedAt, ControlRequest? Control = null);

/// <summary>How lanes send.</summary>
internal sealed record LaneOptions
{
    /// <summary>The most frames that are sent together.</summary>
    public int Batch { get; init; } = 500;

    /// <summary>How many lanes there are, each with a connection.</summary>
    public int Lanes { get; init; } = 4;

    /// <summary>The most frames that wait in all lanes together before handing over waits, too.</summary>
    public int MaxWaiting { get; init; } = 100_000;

    /// <summary>For how long the same frames are sent again before they are given up.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>A lane. Frames of one device all go down one lane, so that they are first sent in their order.</summary>
/// <param name="sender">Sends frames.</param>
/// <param name="control">Does control requests; null: there are none.</param>
/// <param name="options">How.</param>
/// <param name="tally">Counts.</param>
/// <param name="time">Waits.</param>
/// <param name="abandon">Gives up everything that is not answered yet.</param>
internal sealed class Lane(
    IFrameSender sender, ControlClient? control, LaneOptions options, SendTally tally, TimeProvider time, CancellationToken abandon)
{
    private readonly Channel<LaneItem> _waiting = Channel.CreateBounded<LaneItem>(
        new BoundedChannelOptions(Math.Max(1, options.MaxWaiting / options.Lanes)) { SingleReader = true, SingleWriter = true });

    /// <summary>Hands something over; waits while the lane is full.</summary>
    /// <exception cref="Commands.FailureException">The lane has ended by it.</exception>
    public async ValueTask HandAsync(LaneItem item)
    {
        while (await _waiting.Writer.WaitToWriteAsync())
        {
            if (_waiting.Writer.TryWrite(item))
                return;
        }
    }

    /// <summary>Nothing more is handed over.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>Sends until nothing more is handed over and all of it has an outcome.</summary>
    /// <exception cref="Commands.FailureException">To go on is no use.</exception>
    public async Task RunAsync()
    {
        try
        {
            var batch = new List<LaneItem>(options.Batch);
            while (await _waiting.Reader.WaitToReadAsync())
            {
                while (batch.Count < options.Batch && _waiting.Reader.TryRead(out var item))
                {
                    if (item.Control is null)
                    {
                        batch.Add(item);
                        continue;
                    }

                    await DeliverAsync(batch);
                    batch.Clear();
                    await DoAsync(item.Control);
                }

                await DeliverAsync(batch);
                batch.Clear();
            }
        }
        catch (Exception failure)
        {
            // Whoever hands over sees it, and so does whoever waits for the end.
            _waiting.Writer.TryComplete(failure);
            throw;
        }
    }

    private async Task DeliverAsync(List<LaneItem> items, bool wentOut = false)
    {
        if (items.Count == 0)
            return;

        var frames = items.ConvertAll(item => item.Delivery!);
        var began = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            if (abandon.IsCancellationRequested)
            {
                GiveUp(items, "interrupted", "");
                return;
            }

            tally.Sending(frames, isAgain: wentOut || attempt > 0);
            var answer = await TrySendAsync(frames);
            if (answer.Outcome == SendOutcome.Answered)
            {
                tally.Answered(CollectionsMarshal.AsSpan(items)[..answer.Judged], answer.Refusals);
                if (answer.Judged < items.Count)
                    await DeliverAsync(items[answer.Judged..], wentOut: true);
                return;
            }

            if (answer.Outcome == SendOutcome.TooLarge)
            {
                await DeliverPartsAsync(items);
                return;
            }

            if (answer.Outcome == SendOutcome.Busy)
                tally.WasBusy(answer.Detail);
            var pause = answer.RetryAfter ?? Backoff.Pause(attempt);
            if (time.GetElapsedTime(began) + pause > options.GiveUpAfter)
            {
                GiveUp(items, answer.Outcome == SendOutcome.Busy ? "busy" : "no_answer", answer.Detail);
                return;
            }

            await WaitAsync(pause);
        }
    }

    private async Task<SendAnswer> TrySendAsync(List<Delivery> frames)
    {
        try
        {
            return await sender.SendAsync(frames, abandon);
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            return new(SendOutcome.Failed, "interrupted");
        }
    }

    // What is too large together may not be too large in two parts; their order stays.
    private async Task DeliverPartsAsync(List<LaneItem> items)
    {
        if (items.Count == 1)
        {
            tally.Answered(CollectionsMarshal.AsSpan(items), [new Refusal(0, "too_large")]);
            return;
        }

        var half = items.Count / 2;
        await DeliverAsync(items[..half], wentOut: true);
        await DeliverAsync(items[half..], wentOut: true);
    }

    private async Task DoAsync(ControlRequest request)
    {
        var answer = await control!.DoAsync(request, options.GiveUpAfter, abandon);
        tally.Controlled(answer.IsGood, $"{request}: {answer.Detail}");
    }

    private void GiveUp(List<LaneItem> items, string reason, string detail) =>
        tally.GaveUp(CollectionsMarshal.AsSpan(items), reason, detail);

    private async Task WaitAsync(TimeSpan pause) =>
        await Task.Delay(pause, time, abandon).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
