// Brings a batch of lines to the server, and finds out what became of each line when it is not taken as a whole.
namespace MedAI.Streaming.Adapters.Influx;

/// <summary>What became of a batch.</summary>
internal enum Delivery
{
    /// <summary>The server has all of it that it will ever take.</summary>
    Done,

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
    // Halving finds one bad line of 5,000 in about 25 requests; where there are many, the rest is not worth as many more.
    private const int MostRequests = 400;

    /// <summary>Delivers a batch.</summary>
    public DeliveryOutcome Deliver(LineBatch batch, TimeSpan patience, CancellationToken stop)
    {
        var left = MostRequests;
        return Deliver(batch, patience, stop, ref left);
    }

    private DeliveryOutcome Deliver(LineBatch batch, TimeSpan patience, CancellationToken stop, ref int left)
    {
        left--;
        counters.Request();
        var answer = client.Write(batch, patience, stop);
        if (answer.IsDone)
        {
            counters.Written(batch.Lines);
            return new(Delivery.Done);
        }

        return answer.Status switch
        {
            400 or 422 => Examine(batch, answer, patience, stop, ref left),
            413 => Split(batch, answer, patience, stop, ref left),
            401 or 403 or 404 or (>= 300 and < 400) => new(Delivery.Held, Advice(answer), answer.RetryAfter),
            _ => new(Delivery.Later, answer.Message, answer.RetryAfter),
        };
    }

    private DeliveryOutcome Examine(LineBatch batch, InfluxAnswer answer, TimeSpan patience, CancellationToken stop, ref int left)
    {
        var refusal = WriteRefusal.Of(answer, batch.Lines);
        if (refusal.Rejected is not { } rejected)
            return Split(batch, answer, patience, stop, ref left);

        counters.Written(batch.Lines - rejected);
        Reject(rejected, batch.Lines, refusal.Reason);
        return new(Delivery.Done);
    }

    // One line of it, or its size, is what the server does not take.
    private DeliveryOutcome Split(LineBatch batch, InfluxAnswer answer, TimeSpan patience, CancellationToken stop, ref int left)
    {
        if (batch.Lines == 1 || left <= 0)
        {
            Reject(batch.Lines, batch.Lines, answer.Message);
            return new(Delivery.Done);
        }

        var (first, rest) = batch.Halve();
        var outcome = Deliver(first, patience, stop, ref left);
        return outcome.Delivery == Delivery.Done ? Deliver(rest, patience, stop, ref left) : outcome;
    }

    private void Reject(int lines, int of, string reason)
    {
        counters.Rejected(lines, reason);
        options.Report?.Invoke($"the time series server did not take {lines} of {of} points; they are not tried again: {reason}");
    }

    private string Advice(InfluxAnswer answer) => answer.Status switch
    {
        401 or 403 => $"{answer.Message}: check influx.token, or influx.username and influx.password",
        404 => $"{answer.Message}: make the database with 'medai series init', and check influx.database and influx.version "
            + $"(it is {(int)options.Version})",
        _ => $"{answer.Message}: the server sends elsewhere; put that address into influx.url",
    };
}
