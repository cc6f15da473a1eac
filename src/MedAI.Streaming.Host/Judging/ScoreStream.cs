// Streams a labelled recording through the pipeline with models in shadow, and keeps what they say at the labelled hours.
using System.Buffers;
using System.Threading.Channels;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Judging;

/// <summary>
/// The same records, decoding, order, windows and scores as in service; only the log and the stores are left out, because nothing needs to
/// outlive the run. Patients are spread over flows that run side by side.
/// </summary>
internal sealed class ScoreStream
{
    private const int BatchRecords = 2048;
    private const int MostBatchesWaiting = 4;
    private const string EndDevice = "evaluation";
    private readonly Flow[] _flows;
    private readonly Dictionary<string, StayScores> _stays;
    private readonly MonitorSettings _settings;

    /// <summary>A stream for stays and models.</summary>
    /// <param name="stays">The labelled stays.</param>
    /// <param name="models">The models; all have the same step.</param>
    /// <param name="settings">The site's settings; its own model decides nothing here.</param>
    /// <param name="flows">How many flows run side by side.</param>
    public ScoreStream(IReadOnlyList<StayLabels> stays, IReadOnlyList<LoadedModel> models, MonitorSettings settings, int flows)
    {
        _settings = settings with { Model = null };
        Stays = [.. stays.Select(stay => new StayScores(stay, models.Count))];
        _stays = Stays.ToDictionary(stay => stay.Stay.Patient);
        var law = new FlowLaw(new RuleBook(_settings), null, null) { Shadows = models };
        _flows = [.. Enumerable.Range(0, flows).Select(number => new Flow(number, law, _stays))];
    }

    /// <summary>What was said of the stays, in their order.</summary>
    public IReadOnlyList<StayScores> Stays { get; }

    /// <summary>What became of the readings; for when everything is streamed.</summary>
    public FlowTotals Totals()
    {
        var totals = new FlowTotals();
        foreach (var flow in _flows)
        {
            flow.AddTo(totals);
        }

        return totals;
    }

    /// <summary>Streams everything.</summary>
    /// <param name="elements">The recording, in arrival order.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task RunAsync(IEnumerable<LogElement> elements, CancellationToken stop)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = _flows.Select(flow => Task.Run(() => RunFlowAsync(flow, failed), CancellationToken.None)).ToArray();
        try
        {
            await Task.Run(() => FeedAsync(elements, failed.Token), CancellationToken.None);
        }
        finally
        {
            foreach (var flow in _flows)
            {
                flow.Records.Writer.TryComplete();
            }

            await Task.WhenAll(running);
        }
    }

    private static async Task RunFlowAsync(Flow flow, CancellationTokenSource failed)
    {
        try
        {
            await flow.RunAsync(failed.Token);
        }
        catch
        {
            // Whoever feeds must not wait for a flow that is gone.
            await failed.CancelAsync();
            throw;
        }
    }

    private async Task FeedAsync(IEnumerable<LogElement> elements, CancellationToken stop)
    {
        var latest = long.MinValue;
        foreach (var element in WithAdmissions(WithEnds(elements)))
        {
            latest = Math.Max(latest, element.ArrivalTime);
            await _flows[Partitioner.PartitionOf(element.Key, _flows.Length)].AddAsync(element, stop);
        }

        // Time passes after the last reading: what waits for its time settles.
        foreach (var flow in _flows)
        {
            await flow.AddAsync(new ClockElement(latest + LogFeeder.LastClockMs(_settings)), stop);
            await flow.FlushAsync(stop);
        }
    }

    // A patient's time goes as far as something was heard. The last labelled hours of a stay may be without a reading: an empty frame says
    // that they have passed.
    private IEnumerable<LogElement> WithEnds(IEnumerable<LogElement> elements)
    {
        var ends = Stays.OrderBy(stay => stay.End).ToArray();
        var next = 0;
        foreach (var element in elements)
        {
            for (; next < ends.Length && ends[next].End < element.ArrivalTime; next++)
            {
                yield return EndOf(ends[next]);
            }

            yield return element;
        }

        for (; next < ends.Length; next++)
        {
            yield return EndOf(ends[next]);
        }
    }

    // Labelled hours count from an admission; where the recording does not say it, the stream is told the one that the labels go by.
    private IEnumerable<LogElement> WithAdmissions(IEnumerable<LogElement> elements)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in elements)
        {
            var stay = _stays.GetValueOrDefault(element.Key)?.Stay;
            if (stay is not null && told.Add(stay.Patient) && element is not PatientFactsElement)
                yield return new PatientFactsElement(element.ArrivalTime, stay.Patient, AdmissionTime: stay.Admission);
            yield return stay is not null && element is PatientFactsElement facts ? facts with { AdmissionTime = stay.Admission } : element;
        }
    }

    private static FrameElement EndOf(StayScores stay) =>
        new(stay.End, stay.Stay.Patient, EndDevice, SourceClass.Charted, 1, 1, stay.End, []);

    /// <summary>One flow with its records on the way.</summary>
    private sealed class Flow(int number, FlowLaw law, IReadOnlyDictionary<string, StayScores> stays)
    {
        private readonly PartitionFlow _flow = new(number, law);
        private readonly RecordWriter _writer = new();
        private readonly LogBatch _batch = new();
        private readonly List<StayScores?> _stayOf = [];
        private readonly Dictionary<string, int> _shadows = Enumerable.Range(0, law.Shadows.Count).ToDictionary(number => SeriesNames.Shadow(law.Shadows[number].Id));
        private ArrayBufferWriter<byte> _records = new(1 << 16);
        private int _count;

        public Channel<(ArrayBufferWriter<byte> Records, int Count)> Records { get; } =
            Channel.CreateBounded<(ArrayBufferWriter<byte>, int)>(new BoundedChannelOptions(MostBatchesWaiting) { SingleReader = true, SingleWriter = true });

        public void AddTo(FlowTotals totals) => _flow.AddTo(totals);

        public async ValueTask AddAsync(LogElement element, CancellationToken stop)
        {
            _writer.Write(element, _records);
            if (++_count == BatchRecords)
                await FlushAsync(stop);
        }

        public async ValueTask FlushAsync(CancellationToken stop)
        {
            if (_count == 0)
                return;

            await Records.Writer.WriteAsync((_records, _count), stop);
            (_records, _count) = (new ArrayBufferWriter<byte>(_records.WrittenCount), 0);
        }

        public async Task RunAsync(CancellationToken stop)
        {
            await foreach (var (records, count) in Records.Reader.ReadAllAsync(stop))
            {
                _batch.Reset(_flow.NextOffset);
                records.WrittenSpan.CopyTo(_batch.Add(records.WrittenCount, count));
                _flow.Process(_batch);
                Collect();
                _flow.Series.Points.Clear();
                _flow.Commit.Clear();
            }
        }

        private void Collect()
        {
            const int FirstScore = VitalSignCatalogue.Count;
            const int FirstModel = FirstScore + ClinicalScores.Count;
            foreach (var point in _flow.Series.Points)
            {
                if (StayOf(point.Patient) is not { } stay || (point.Flags & (PointFlags.Late | PointFlags.Questionable | PointFlags.Provisional)) != 0)
                    continue;

                if (point.Series >= FirstModel)
                    Model(stay, point);
                else if (point.Series >= FirstScore)
                    stay.Score((ScoreKind)(point.Series - FirstScore), point.EventTime, point.Value);
                else
                    stay.Reading((VitalSign)point.Series, point.EventTime, VitalSignCatalogue.ValidityWindow((VitalSign)point.Series, SourceClass.Charted));
            }
        }

        private void Model(StayScores stay, SeriesPoint point)
        {
            var series = _flow.Series.Names[point.Series];
            if (SeriesNames.RisksOf(series) is { } risks)
                stay.Alarm(_shadows[risks], point.EventTime, point.Value);
            else
                stay.Risk(_shadows[series], point.EventTime, point.Value);
        }

        private StayScores? StayOf(int patient)
        {
            while (_stayOf.Count < _flow.Series.Patients.Count)
            {
                _stayOf.Add(stays.GetValueOrDefault(_flow.Series.Patients[_stayOf.Count]));
            }

            return _stayOf[patient];
        }
    }
}
