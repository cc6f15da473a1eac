// The fourth pass: scores become decisions, in the order in which patients came due.
using System.Numerics;
using System.Text;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Domain.Windows;
using MedAI.Streaming.Pipeline.Explaining;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>Computes clinical scores, holds scores and risks against their rules, and lets patients go on.</summary>
internal sealed class DecidePass(
    FlowState state, ScorePass scores, WindowPass windows, AlertSink alerts, SeriesSink series)
{
    private readonly Explainer _explainer = new(state);
    private readonly List<int> _raised = [];
    private readonly List<Explanation?> _explanations = [];

    /// <summary>Decides every request and clears the list.</summary>
    /// <exception cref="ModelFailedException">A model did not answer when its alerts were to be explained; nothing was decided.</exception>
    public void Run(List<ScoreRequest> requests)
    {
        ExplainRaised(requests);
        for (var i = 0; i < requests.Count; i++)
        {
            var request = requests[i];
            if (state.Models.IsServed)
            {
                Model(in request, scores.Active(i), i);
            }

            Keep(in request, scores.Active(i).Number, i);
            if (request.Tick)
            {
                Clinical(in request);
            }

            windows.Scored(in request);
            state.Blocked(request.Patient) = false;
        }

        requests.Clear();
    }

    /// <summary>What clinical scores see of a patient at an instant: fresh values, and which are stale.</summary>
    public static void Fill(ref readonly PatientState p, long time, out ScoreInputs inputs)
    {
        inputs = new ScoreInputs
        {
            AgeYears = p.Facts.AgeYears,
            Pregnant = p.Facts.Pregnant,
            Scale2 = p.Facts.SpO2Scale2,
        };
        for (var mask = p.Seen; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            ref readonly var window = ref p.Windows[vital];
            if (IsStale(in window, vital, time))
            {
                inputs.MarkStale((VitalSign)vital);
            }
            else
            {
                inputs[(VitalSign)vital] = window.ScoreValue;
            }
        }
    }

    private void Clinical(in ScoreRequest request)
    {
        Fill(in state.Patient(request.Patient), request.Time, out var inputs);
        var indeterminate = 0ul;
        for (var kind = 0; kind < ClinicalScores.Count; kind++)
        {
            var result = ClinicalScores.Score((ScoreKind)kind, in inputs);
            series.Score(request.Patient, (ScoreKind)kind, request.Time, in result);
            var rule = state.Book.Scores[kind];
            var index = state.Book.Score(kind);
            ref var ruleState = ref state.Rule(request.Patient, index);
            if (!rule.Enabled || (result.Status < ScoreStatus.Partial && !ruleState.Episode.IsLive))
            {
                continue;
            }

            // A score that is not computable any more is the weakest lower bound there is.
            var partial = result.Status != ScoreStatus.Complete;
            var value = result.Status < ScoreStatus.Partial ? 0 : result.Value;
            var decision = ScoreLaw.Observe(ref ruleState, rule, request.Time, value, partial, result.AnyRed);
            if (decision.Change.Changed)
            {
                alerts.Note(request.Patient, index, in decision, Evidence(in request, (ScoreKind)kind, in result));
            }

            indeterminate |= ruleState.Episode.Indeterminate ? result.StaleMask : 0;
        }

        Technical(
            in request, state.Book.StaleInputs, indeterminate != 0, TransitionReason.InputsStale, TransitionReason.InputsBack,
            indeterminate, "");
    }

    private void Model(in ScoreRequest request, ElectedModel elected, int number)
    {
        ref var p = ref state.Patient(request.Patient);
        var model = state.Models[elected.Number];
        var score = scores.Score(elected.Number, number);
        if (!score.IsSilent)
        {
            p.Risk = score.Risk;
            p.AlarmScore = score.Alarm;
            p.RiskTime = request.Time;
            p.ScoreCount++;
        }

        if (!request.Tick)
        {
            return;
        }

        Technical(
            in request, state.Book.ModelSilent, score.IsSilent, TransitionReason.ModelSilent, TransitionReason.ModelBack, 0, model.Id);
        if (elected.Rule is not { Enabled: true })
        {
            return;
        }

        if (score.IsSilent)
        {
            alerts.Note(
                request.Patient, state.Book.Model,
                new Decision(state.Rule(request.Patient, state.Book.Model).Episode.Doubt(), TransitionReason.ModelSilent, double.NaN),
                new Evidence(request.Time, double.NaN, Model: model.Id));
            return;
        }

        var features = model.Model!.Features;
        var decision = Observe(ref state.Rule(request.Patient, state.Book.Model), elected, in request, score.Decisive);
        if (decision.Change.Changed)
        {
            var seen = p.Seen & features.Sources;
            Freshness(in p, seen, request.Time, out _, out var stale);
            var explanation = _explanations[number];
            alerts.Note(request.Patient, state.Book.Model, in decision, new Evidence(
                request.Time, score.Decisive, alerts.ReadingIds(request.Patient, seen), Names(features.Missing(p.Seen), stale), model.Id,
                ExplanationText.Of(score, explanation), explanation)
            {
                Quantity = score.HasAlarm ? "alarm score" : "",
            });
        }
    }

    private Decision Observe(ref RuleState ruleState, ElectedModel elected, in ScoreRequest request, double score)
    {
        ref readonly var p = ref state.Patient(request.Patient);
        Freshness(in p, p.Seen & state.Models[elected.Number].Model!.Features.Sources, request.Time, out var fresh, out _);

        // A result holds for a day. Without a vital sign of now the risk is one of what was: it may raise an alarm and not end one.
        var isPartial = (fresh & ~VitalSignMask.Results) == 0;
        return ScoreLaw.Observe(ref ruleState, elected.Rule!, request.Time, score, isPartial, false);
    }

    // What models are about to raise is explained together, while windows and states are still those of the scores.
    private void ExplainRaised(List<ScoreRequest> requests)
    {
        _explanations.Clear();
        _raised.Clear();
        for (var i = 0; i < requests.Count; i++)
        {
            _explanations.Add(null);
            if (Raises(requests[i], i))
            {
                _raised.Add(i);
            }
        }

        if (_raised.Count > 0)
        {
            ExplainEach(requests);
        }
    }

    // Each patient by the model that decides of the patient: they change over one by one when the log elected another.
    private void ExplainEach(List<ScoreRequest> requests)
    {
        for (var number = 0; number < state.Models.Count; number++)
        {
            var own = _raised.Where(i => scores.Active(i).Number == number).ToArray();
            if (own.Length > 0)
            {
                var instants = Array.ConvertAll(own, i => new ExplainedInstant(requests[i].Patient, requests[i].Time));
                var found = Explain(number, instants);
                for (var i = 0; i < own.Length; i++)
                {
                    _explanations[own[i]] = found[i];
                }
            }
        }
    }

    private Explanation[] Explain(int number, ExplainedInstant[] instants)
    {
        var model = state.Models[number].Model!;
        try
        {
            return _explainer.Explain(model, instants);
        }
        catch (ModelFailedException failure)
        {
            model.Scorer.TakeOutOfService();
            throw scores.GiveUp(number, failure);
        }
    }

    private bool Raises(in ScoreRequest request, int number)
    {
        var elected = scores.Active(number);
        if (!state.Models.IsServed || !request.Tick || elected.Rule is not { Enabled: true } rule
            || !(scores.Score(elected.Number, number).Decisive is var score && score >= rule.Levels[0].Threshold))
        {
            return false;
        }

        var copy = state.Rule(request.Patient, state.Book.Model);
        var change = Observe(ref copy, elected, in request, score).Change;
        return change is { Changed: true, Kind: TransitionKind.Opened or TransitionKind.Escalated or TransitionKind.Recurred };
    }

    // What models said goes to their series, and what they know behind a step stays for the next; who did not answer it knows nothing more.
    private void Keep(in ScoreRequest request, int active, int number)
    {
        for (var model = 0; model < state.Models.Count; model++)
        {
            var score = scores.Score(model, number);
            if (!score.IsSilent)
            {
                series.Model(request.Patient, model == active ? 0 : model, request.Time, score, !request.Step);
            }

            if (request.Step && score.IsSilent)
            {
                state.Models[model].Forget(request.Patient);
            }
            else if (request.Step)
            {
                scores.StateAfter(model, number).CopyTo(state.Models[model].Keep(request.Patient));
            }
        }
    }

    private static void Freshness(ref readonly PatientState p, ulong seen, long time, out ulong fresh, out ulong stale)
    {
        fresh = stale = 0;
        for (var mask = seen; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            if (IsStale(in p.Windows[vital], vital, time))
            {
                stale |= 1ul << vital;
            }
            else
            {
                fresh |= 1ul << vital;
            }
        }
    }

    private void Technical(
        in ScoreRequest request, int rule, bool holds, TransitionReason because, TransitionReason over, ulong stale, string model)
    {
        ref var episode = ref state.Rule(request.Patient, rule).Episode;
        var change = holds ? episode.Hold(request.Time, AlertPriority.Low) : episode.End(false);
        if (change.Changed)
        {
            alerts.Note(
                request.Patient, rule, new Decision(change, holds ? because : over, double.NaN),
                new Evidence(request.Time, double.NaN, Missing: Names(0, stale), Model: model));
        }
    }

    private Evidence Evidence(in ScoreRequest request, ScoreKind kind, in ScoreResult result)
    {
        var parts = new StringBuilder();
        var names = ClinicalScores.PartNames(kind);
        for (var i = 0; i < names.Length; i++)
        {
            if (result.Parts[i] != ScoreParts.None)
            {
                parts.Append(parts.Length == 0 ? "" : " ").Append(names[i]).Append('=').Append(result.Parts[i]);
            }
        }

        var bound = result.Status == ScoreStatus.Complete ? "parts " : "a lower bound, parts ";
        return new(
            request.Time, result.Value, alerts.ReadingIds(request.Patient, result.UsedMask), Names(result.MissingMask, result.StaleMask),
            Detail: bound + parts);
    }

    private static bool IsStale(ref readonly VitalWindow window, int vital, long time) =>
        window.IsStale(time, VitalSignCatalogue.ValidityWindow((VitalSign)vital, window.Source));

    private static string Names(ulong missing, ulong stale)
    {
        var names = new StringBuilder();
        for (var v = 0; v < VitalSignCatalogue.Count; v++)
        {
            var bit = 1ul << v;
            if (((missing | stale) & bit) != 0)
            {
                names.Append(names.Length == 0 ? "" : " ").Append(VitalSignCatalogue.Info((VitalSign)v).Key)
                    .Append((stale & bit) != 0 ? ":stale" : "");
            }
        }

        return names.ToString();
    }
}
