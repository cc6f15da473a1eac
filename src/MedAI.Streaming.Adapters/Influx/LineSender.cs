// Brings a batch of lines to the server, and finds out what became of each line when it is not taken as a whole.
namespace MedAI.Streaming.Adapters.Influx;

/// <summary>What became of a batch.</summary>
internal enum Delivery
{
    /// <summary>The server has all of it that it will ever take.</summary>
    Done,

    /// <summary>It may be taken in parts: that takes many requests.</summary>
    InParts,

    /// <summary>It may be taken later.</summary>
    Later,

    /// <summary>Somebody must mend something first: a key, a database, a path.</summary>
    Held,
}

/// <summary>The outcome of a delivery.</summary>
/// <param name="Delivery">What became of it.</param>
/// <param name="Reason">Why it is not done, or empty.</param>
/// <param name="RetryAfter">How long the server wants to be left alone, or null.</param>
internal readonly record struct DeliveryOutcome(Delivery Delivery, string Reason = "", TimeSpan? RetryAfter = null);

/// <summary>Delivers batches; any thread. A batch that was delivered in part may be delivered again as a whole.</summary>
internal sealed class LineSender(InfluxClient client, InfluxOptions options, InfluxCounters counters)
{
    // Halving finds one bad line of 5,000 in 13 steps of two requests; where there are many, the rest is not worth as many more.
    private const int MostHalvings = 200;

    /// <summary>Delivers a batch by one request: for those who cannot wait for more.</summary>
    public DeliveryOutcome DeliverAtOnce(LineBatch batch, TimeSpan patience)
    {
        var outcome = Send(batch, patience, CancellationToken.None, out var refusal);
        return outcome.Delivery == Delivery.Done && refusal is { } some ? Settle(batch, [some]) : outcome;
    }

    /// <summary>Delivers a batch by as many requests as it takes, each with so much patience; its lines go out in order.</summary>
    public DeliveryOutcome Deliver(LineBatch batch, TimeSpan patience, CancellationToken stop)
    {
        var left = MostHalvings;
        var refusals = new List<WriteRefusal>();
        var pieces = new Stack<LineBatch>([batch]);
        while (pieces.TryPop(out var piece))
        {
            var outcome = Send(piece, patience, stop, out var refusal);
            if (outcome.Delivery is Delivery.Later or Delivery.Held)
                return outcome;

            if (refusal is not { } some)
                continue;

            if (some.Rejected is null && piece.Lines > 1 && (some.Cause == RefusalCause.Size || left-- > 0))
            {
                var (first, rest) = piece.Halve();
                pieces.Push(rest);
                pieces.Push(first);
                continue;
            }

            refusals.Add(some with { Rejected = some.Rejected ?? piece.Lines });
        }

        return Settle(batch, refusals);
    }

    private DeliveryOutcome Send(LineBatch batch, TimeSpan patience, CancellationToken stop, out WriteRefusal? refusal)
    {
        refusal = null;
        counters.Request();
        var answer = client.Write(batch, patience, stop);
        if (answer.IsDone)
        {
            counters.Written(batch.Lines);
            return new(Delivery.Done);
        }

        // Anybody on the way may find a request too large; what is said of lines must come from who read them.
        if (answer.Status == 413 || (answer.Status is 400 or 422 && answer.IsOfInflux))
        {
            var some = WriteRefusal.Of(answer, batch.Lines);
            refusal = some;
            counters.Written(batch.Lines - (some.Rejected ?? batch.Lines));
            return new(some.Rejected is null ? Delivery.InParts : Delivery.Done);
        }

        return answer.Status is (>= 300 and < 400) or 400 or 401 or 403 or 404 or 422
            ? new(Delivery.Held, Advice(answer), answer.RetryAfter)
            : new(Delivery.Later, answer.Message, answer.RetryAfter);
    }

    // Where not one line was taken, and all for one reason that is not known to be of lines, it is more likely the server's set-up.
    private DeliveryOutcome Settle(LineBatch batch, List<WriteRefusal> refusals)
    {
        if (refusals.Count == 0)
            return new(Delivery.Done);

        var reason = refusals[^1].Reason;
        var rejected = refusals.Sum(refusal => refusal.Rejected!.Value);
        if (rejected == batch.Lines && refusals.TrueForAll(refusal => refusal.Cause != RefusalCause.Lines && refusal.Reason == reason))
            return new(Delivery.Held, $"{reason}: all {batch.Lines} points are refused alike, so it may not be for what they are");

        counters.Rejected(rejected, reason);
        options.Report?.Invoke($"the time series server did not take {rejected} of {batch.Lines} points; they are not tried again: {reason}");
        return new(Delivery.Done);
    }

    private string Advice(InfluxAnswer answer) => answer.Status switch
    {
        401 or 403 => $"{answer.Message}: check influx.token, or influx.username and influx.password",
        404 => $"{answer.Message}: make the database with 'medai series init', and check influx.database and influx.version "
            + $"(it is {(int)options.Version})",
        400 or 422 => $"{answer.Message}: this is no answer of InfluxDB's about points; check influx.url, and what stands in between",
        _ => $"{answer.Message}: the server sends elsewhere; put that address into influx.url",
    };
}
