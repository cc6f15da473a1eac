// Counts what was sent and what became of it, and writes the journal of it; all lanes and the progress line share one.
using System.Runtime.InteropServices;

namespace MedAI.Streaming.Host.Send;

/// <summary>The numbers of a sending so far.</summary>
internal sealed record SendCounts
{
    /// <summary>Devices that sent.</summary>
    public int Devices { get; init; }

    /// <summary>Frames as devices wanted to send them, duplicates included.</summary>
    public long Frames { get; set; }

    /// <summary>Different frames among them; each is acknowledged, refused or undelivered.</summary>
    public long Unique { get; set; }

    /// <summary>Frames that went over the wire, whatever became of them.</summary>
    public long Sent { get; set; }

    /// <summary>How many of them because there was no answer or no room before.</summary>
    public long Resent { get; set; }

    /// <summary>Different frames of which the receiver said that they are durable.</summary>
    public long Acknowledged { get; set; }

    /// <summary>Different frames that the receiver refused.</summary>
    public long Refused { get; set; }

    /// <summary>Different frames of which nothing is known.</summary>
    public long Undelivered { get; set; }

    /// <summary>Frames that were numbered and never sent, on purpose.</summary>
    public long Lost { get; set; }

    /// <summary>Requests with frames.</summary>
    public long Requests { get; set; }

    /// <summary>Requests that were asked to come again.</summary>
    public long Busy { get; set; }

    /// <summary>Control requests that were done.</summary>
    public long Controls { get; set; }

    /// <summary>Control requests that were refused or got no answer.</summary>
    public long ControlsRefused { get; set; }

    /// <summary>Refused frames by reason.</summary>
    public IReadOnlyDictionary<string, long> RefusedByReason { get; init; } = new Dictionary<string, long>();
}

/// <summary>Counts. Thread-safe.</summary>
/// <param name="journal">Takes each frame whose outcome is known; null: nobody asked for it.</param>
/// <param name="time">Measures how long acknowledgements take.</param>
internal sealed class SendTally(SendJournal? journal, TimeProvider time)
{
    // Guards everything below, the journal too; held for a batch at a time.
    private readonly Lock _lock = new();
    private readonly LatencyHistogram _latency = new();
    private readonly HashSet<(string, string)> _devices = [];
    private readonly Dictionary<string, long> _reasons = [];
    private readonly SendCounts _counts = new();
    private string _trouble = "";

    /// <summary>The numbers so far.</summary>
    public SendCounts Counts
    {
        get
        {
            lock (_lock)
            {
                return _counts with { Devices = _devices.Count, RefusedByReason = new Dictionary<string, long>(_reasons) };
            }
        }
    }

    /// <summary>What the receiver last said was wrong, for a person; empty where nothing was.</summary>
    public string LastTrouble
    {
        get
        {
            lock (_lock)
            {
                return _trouble;
            }
        }
    }

    /// <summary>From when a frame was handed over to when it was acknowledged: half of them, 99 of 100, and all took no longer.</summary>
    public (TimeSpan P50, TimeSpan P99, TimeSpan Max) Latency
    {
        get
        {
            lock (_lock)
            {
                return (_latency.Quantile(0.5), _latency.Quantile(0.99), _latency.Max);
            }
        }
    }

    /// <summary>Frames go over the wire.</summary>
    public void Sending(IReadOnlyList<Delivery> frames, bool isAgain)
    {
        lock (_lock)
        {
            foreach (var frame in frames)
            {
                frame.Sends++;
            }

            _counts.Requests++;
            _counts.Sent += frames.Count;
            _counts.Resent += isAgain ? frames.Count : 0;
        }
    }

    /// <summary>The receiver had no room.</summary>
    public void WasBusy(string detail)
    {
        lock (_lock)
        {
            _counts.Busy++;
            _trouble = detail;
        }
    }

    /// <summary>The outcome of frames that were sent together.</summary>
    /// <param name="items">The frames and when they were handed over.</param>
    /// <param name="refusals">Those that were refused, by ascending place.</param>
    public void Answered(ReadOnlySpan<LaneItem> items, IReadOnlyList<Refusal> refusals)
    {
        var now = time.GetTimestamp();
        lock (_lock)
        {
            var next = 0;
            for (var i = 0; i < items.Length; i++)
            {
                if (next < refusals.Count && refusals[next].Index == i)
                {
                    Settle(items[i].Delivery!, Fate.Refused, refusals[next++].Reason);
                    continue;
                }

                _latency.Add(time.GetElapsedTime(items[i].HandedAt, now));
                Settle(items[i].Delivery!, Fate.Acknowledged, "-");
            }
        }
    }

    /// <summary>Frames were given up.</summary>
    public void GaveUp(ReadOnlySpan<LaneItem> items, string reason, string detail)
    {
        lock (_lock)
        {
            foreach (var item in items)
            {
                Settle(item.Delivery!, Fate.Undelivered, reason);
            }

            _trouble = detail;
        }
    }

    /// <summary>A frame that is not sent.</summary>
    public void Lose(Delivery delivery)
    {
        lock (_lock)
        {
            delivery.Settle(Fate.Lost, "-");
            _counts.Lost++;
            journal?.Write(delivery);
        }
    }

    /// <summary>A control request ended.</summary>
    public void Controlled(bool isDone, string detail)
    {
        lock (_lock)
        {
            if (isDone)
            {
                _counts.Controls++;
                return;
            }

            _counts.ControlsRefused++;
            _trouble = detail;
        }
    }

    private void Settle(Delivery delivery, Fate fate, string reason)
    {
        _counts.Frames++;
        _counts.Unique += delivery.Settled == 0 ? 1 : 0;
        if (!delivery.Settle(fate, reason))
            return;

        _devices.Add((delivery.Frame.Patient, delivery.Frame.Device));
        switch (delivery.Fate)
        {
            case Fate.Acknowledged:
                _counts.Acknowledged++;
                break;
            case Fate.Refused:
                _counts.Refused++;
                CollectionsMarshal.GetValueRefOrAddDefault(_reasons, delivery.Reason, out _)++;
                break;
            default:
                _counts.Undelivered++;
                break;
        }

        journal?.Write(delivery);
    }
}
