// Leads a model through the same steps again and again, each time as if one thing were nothing special.
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Explaining;

/// <summary>A risk to take apart.</summary>
/// <param name="Patient">The patient, with windows as they were when the risk was computed.</param>
/// <param name="Time">The instant.</param>
internal readonly record struct ExplainedInstant(int Patient, long Time);

/// <summary>What came of one instant.</summary>
/// <param name="Groups">The groups of inputs that were left out, by number.</param>
/// <param name="Without">The risk without each of them.</param>
/// <param name="Risks">The risk at each kept step, and at last at the instant, with everything.</param>
/// <param name="Attentions">As many scores of attention, before the softmax.</param>
/// <param name="Times">The ends of the kept steps, and at last the instant.</param>
/// <param name="Before">The last kept step; its time is 0 where there is none.</param>
internal sealed record Occluded(int[] Groups, float[] Without, float[] Risks, float[] Attentions, long[] Times, KeptStep Before);

/// <summary>
/// Folds a model over the kept steps and the instant itself: once with everything, and over the last <see cref="Window"/> steps and the
/// instant once without what is special about each group of inputs. All versions of all patients take a step in one call. A row's bits do
/// not depend on the rows beside it (the model was tested for that), so it makes no difference who else is explained.
/// </summary>
internal sealed class Occlusion(FlowState state)
{
    /// <summary>Of so many steps before the instant inputs are left out: half a day of hourly ones.</summary>
    public const int Window = 12;

    // So many rows at once that they stay in the cache; one patient may have more.
    private const int MaxRows = 1024;

    /// <summary>Takes risks apart.</summary>
    /// <param name="model">The model.</param>
    /// <param name="instants">The instants; a patient at most once.</param>
    /// <returns>What came of each.</returns>
    /// <exception cref="ModelFailedException">The model did not answer.</exception>
    public Occluded[] Run(LoadedModel model, ExplainedInstant[] instants)
    {
        var results = new Occluded[instants.Length];

        // All end together, and those with most steps come first: who is under way is a prefix that grows.
        var lanes = instants.Select((instant, number) => new Lane(state, model.Features, instant, number))
            .OrderByDescending(lane => lane.Steps).ToArray();
        for (var start = 0; start < lanes.Length;)
        {
            var end = start;
            for (var rows = 0; end < lanes.Length && (end == start || rows + lanes[end].Width <= MaxRows); end++)
            {
                rows += lanes[end].Width;
            }

            Fold(model, lanes.AsSpan(start, end - start));
            for (; start < end; start++)
            {
                results[lanes[start].Number] = lanes[start].Result();
            }
        }

        return results;
    }

    private void Fold(LoadedModel model, ReadOnlySpan<Lane> lanes)
    {
        var whole = NewRows(model, lanes.Length);
        foreach (var (left, active) in Steps(lanes, lanes[0].Steps - 1, Window))
        {
            whole.Count = active;
            for (var i = 0; i < active; i++)
            {
                lanes[i].Fill(state, model.Features, whole.Input(i));
            }

            model.Scorer.Score(whole);
            for (var i = 0; i < active; i++)
            {
                lanes[i].Take(whole, i, left);
            }
        }

        var all = NewRows(model, Place(lanes));
        for (var i = 0; i < lanes.Length; i++)
        {
            lanes[i].Begin(whole.State(i), all);
        }

        foreach (var (left, active) in Steps(lanes, Math.Min(Window, lanes[0].Steps - 1), -1))
        {
            all.Count = 0;
            for (var i = 0; i < active; i++)
            {
                lanes[i].FillAll(state, model.Features, all);
                all.Count += lanes[i].Width;
            }

            model.Scorer.Score(all);
            for (var i = 0; i < active; i++)
            {
                lanes[i].TakeAll(all, left);
            }
        }
    }

    // Steps by how many are left behind them, and how many patients take each.
    private static List<(int Left, int Active)> Steps(ReadOnlySpan<Lane> lanes, int from, int until)
    {
        var steps = new List<(int, int)>();
        var active = 0;
        for (var left = from; left > until; left--)
        {
            while (active < lanes.Length && lanes[active].Steps > left)
            {
                active++;
            }

            steps.Add((left, active));
        }

        return steps;
    }

    private static int Place(ReadOnlySpan<Lane> lanes)
    {
        var rows = 0;
        foreach (var lane in lanes)
        {
            lane.First = rows;
            rows += lane.Width;
        }

        return rows;
    }

    private static ScoreRows NewRows(LoadedModel model, int count)
    {
        var rows = new ScoreRows(model.Features.Count, model.StateSize);
        for (var row = 0; row < count; row++)
        {
            rows.State(rows.Add()).Clear();
        }

        return rows;
    }

    // One patient's rows: the first with everything, and one without each group.
    private sealed class Lane
    {
        private readonly ExplainedInstant _instant;
        private readonly int[] _groups;
        private readonly float[] _risks;
        private readonly float[] _attentions;
        private readonly float[] _without;
        private readonly long[] _times;
        private KeptCursor _cursor;

        public Lane(FlowState state, FeatureSpec features, ExplainedInstant instant, int number)
        {
            _instant = instant;
            Number = number;
            Steps = state.Steps.Count(instant.Patient) + 1;
            _times = new long[Steps];
            ref readonly var patient = ref state.Patient(instant.Patient);
            KeptStep.Of(in patient, instant.Time, out var now);
            var known = now.Known;
            var cursor = default(KeptCursor);
            for (var step = 0; state.Steps.Next(instant.Patient, ref cursor); step++)
            {
                _times[step] = cursor.Step.Time;
                known |= cursor.Step.Known;
            }

            _times[^1] = instant.Time;
            var groups = new List<int>();
            for (var group = 0; group < features.Groups.Count; group++)
            {
                if (features.IsKnown(group, known, in patient.Facts))
                {
                    groups.Add(group);
                }
            }

            _groups = [.. groups];
            _risks = new float[Steps];
            _attentions = new float[Steps];
            _without = new float[_groups.Length];
        }

        public int Number { get; }

        public int Steps { get; }

        public int Width => _groups.Length + 1;

        public int First { get; set; }

        // The next kept step, and behind the last one the instant itself.
        public void Fill(FlowState state, FeatureSpec features, Span<float> row)
        {
            ref readonly var patient = ref state.Patient(_instant.Patient);
            if (state.Steps.Next(_instant.Patient, ref _cursor))
            {
                features.Fill(in _cursor.Step, in patient.Facts, row);
            }
            else
            {
                features.Fill(in patient, _instant.Time, row);
            }
        }

        public void Begin(ReadOnlySpan<float> from, ScoreRows rows)
        {
            for (var i = 0; i < Width; i++)
            {
                from.CopyTo(rows.State(First + i));
            }
        }

        public void FillAll(FlowState state, FeatureSpec features, ScoreRows rows)
        {
            var everything = rows.Input(First);
            Fill(state, features, everything);
            for (var i = 0; i < _groups.Length; i++)
            {
                var row = rows.Input(First + 1 + i);
                everything.CopyTo(row);
                features.Occlude(_groups[i], row);
            }
        }

        public void Take(ScoreRows rows, int row, int left) =>
            (_risks[Steps - 1 - left], _attentions[Steps - 1 - left]) = (rows.Risks[row], rows.Attentions[row]);

        public void TakeAll(ScoreRows rows, int left)
        {
            Take(rows, First, left);
            if (left == 0)
            {
                rows.Risks.AsSpan(First + 1, _without.Length).CopyTo(_without);
            }
        }

        public Occluded Result() => new(_groups, _without, _risks, _attentions, _times, _cursor.Step);
    }
}
