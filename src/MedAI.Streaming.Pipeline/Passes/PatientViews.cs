// Shows patients to whoever watches: at the end of a batch, those of whom something changed.
using System.Numerics;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>Makes views of the patients touched since the last time. It only looks; what it shows was decided elsewhere.</summary>
internal sealed class PatientViews(FlowState state, ILiveFeed feed)
{
    private readonly HashSet<int> _touched = [];

    /// <summary>Something of a patient may have changed.</summary>
    public void Touch(int patient)
    {
        if (patient > 0)
        {
            _touched.Add(patient);
        }
    }

    /// <summary>Shows the touched patients.</summary>
    public void Publish()
    {
        foreach (var patient in _touched)
        {
            feed.Patient(View(patient));
        }

        _touched.Clear();
    }

    private PatientView View(int patient)
    {
        ref readonly var p = ref state.Patient(patient);
        var names = state.Names(patient);
        DecidePass.Fill(in p, Math.Max(p.LastArrival, p.LastTick), out var inputs);
        var result = News2.Score(in inputs);
        return new PatientView(
            names.Id, names.Ward, names.Bed, p.Clock, p.LastArrival, Vitals(in p),
            result.Status >= ScoreStatus.Partial ? Score(in result) : null, p.LastTick, p.Risk, p.RiskTime, Episodes(patient))
        {
            AlarmScore = p.AlarmScore,
        };
    }

    private static List<VitalView> Vitals(ref readonly PatientState p)
    {
        var vitals = new List<VitalView>();
        for (var mask = p.Seen; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            ref readonly var window = ref p.Windows[vital];
            ref readonly var lead = ref p.Leads[vital];

            // Windows settle behind the clock; a person sees the newest valid reading there is.
            var newer = lead.LastEventTime > window.LastEventTime && lead.BadSince == 0 && !double.IsNaN(lead.LastValid);
            var (value, time, source) = newer
                ? (lead.LastValid, lead.LastEventTime, lead.Source)
                : (window.Last, window.LastEventTime, window.Source);
            var stale = p.LastArrival - time > VitalSignCatalogue.ValidityWindow((VitalSign)vital, source);
            vitals.Add(new((VitalSign)vital, value, time, source, stale));
        }

        return vitals;
    }

    private static ScoreView Score(in ScoreResult result)
    {
        var parts = new List<(string, int)>();
        var names = ClinicalScores.PartNames(ScoreKind.News2);
        for (var i = 0; i < names.Length; i++)
        {
            parts.Add((names[i], result.Parts[i]));
        }

        return new ScoreView(result.Value, result.Status == ScoreStatus.Partial, parts);
    }

    private List<EpisodeView> Episodes(int patient)
    {
        var episodes = new List<EpisodeView>();
        for (var rule = 0; rule < state.RuleCount; rule++)
        {
            ref readonly var episode = ref state.Rule(patient, rule).Episode;
            if (episode.IsLive)
            {
                var info = state.Book.Rules[rule];
                episodes.Add(new(
                    info.Id, info.Kind, episode.Priority, episode.OpenedEventTime, episode.State == EpisodeState.Latched,
                    episode.Indeterminate, episode.Acknowledged));
            }
        }

        return episodes;
    }
}
