// Lets released frames settle into windows in event time, and says when a patient is due to be scored.
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Windows;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>A patient to score at an instant.</summary>
/// <param name="Patient">The patient.</param>
/// <param name="Time">The instant, event time.</param>
/// <param name="Tick">Scores are due and decide.</param>
/// <param name="Step">The model's step ends: its state advances.</param>
internal readonly record struct ScoreRequest(int Patient, long Time, bool Tick, bool Step);

/// <summary>
/// Windows of all patients. Frames of a patient's several sources settle merged by event time, behind the patient's clock by the
/// longest gap wait among them, so that disorder inside the gap wait changes no score. An instant of live data is taken exactly
/// when arrival time has passed it by the settle time: by then every frame that is waited for is in, and what else has come by
/// then does not depend on the order on the way. An instant of delayed data, for which that time is past, is taken when newer
/// data has come, or nothing for the settle time.
/// </summary>
internal sealed class WindowPass(FlowState state)
{
    // A patient unheard of for longer than this starts the model's state anew instead of stepping through the silence.
    private const int MaxCatchUpSteps = 336;

    private readonly long _tickMs = state.Settings.TickSeconds * 1000L;
    private readonly SettleQueue _queue = new(state.Frames);

    /// <summary>Patients to score before anything else of them may be applied.</summary>
    public List<ScoreRequest> Requests { get; } = [];

    /// <summary>
    /// Takes a released frame: it settles at once if its time has passed, else it waits in the patient's queue. Either way an
    /// instant becomes due for it: the tick behind it, or its own time if a limit changed with it.
    /// </summary>
    public void Settle(int patient, int frame)
    {
        ref var p = ref state.Patient(patient);
        ref var f = ref state.Frames[frame];
        MakeDue(ref p, patient, DueFor(in p, in f), f.ArrivalTime);
        if (f.EventTime <= Math.Min(p.Settled, Math.Min(p.DueTick, p.NextStep)))
        {
            PatientWindows.Settle(ref p, in f);
            state.Frames.Free(frame);
            return;
        }

        _queue.Add(ref p, frame);
    }

    /// <summary>
    /// Settles what is due and stops at the first instant to score: then the patient is blocked until it is scored, and this is
    /// called again.
    /// </summary>
    /// <returns>False when the patient is blocked.</returns>
    public bool Drain(int patient)
    {
        ref var p = ref state.Patient(patient);
        if (p.Clock != long.MinValue && p.Clock - p.SettleTime > p.Settled)
        {
            p.Settled = p.Clock - p.SettleTime;
        }

        while (true)
        {
            var next = Math.Min(p.DueTick, p.NextStep);
            var first = p.QueueFirst;
            if (first >= 0 && state.Frames[first].EventTime <= Math.Min(p.Settled, next))
            {
                _queue.RemoveFirst(ref p);
                PatientWindows.Settle(ref p, in state.Frames[first]);
                state.Frames.Free(first);
            }
            else if (next > p.Settled || TakenAt(in p, next) > p.LastArrival)
            {
                state.Wake(patient, NextTaken(in p));
                return true;
            }
            else if (!SkipSilence(ref p, patient) && Take(ref p, patient, next))
            {
                return false;
            }
        }
    }

    /// <summary>Arrival time at which an instant of live data is taken.</summary>
    public static long TakenAt(ref readonly PatientState p, long instant) =>
        instant == PatientState.Never ? instant : Grid.AtOrAfter(instant + p.SettleTime);

    /// <summary>The earliest arrival time at which an instant of the patient is taken if nothing comes.</summary>
    public static long NextTaken(ref readonly PatientState p)
    {
        var next = Math.Min(p.DueTick, p.NextStep);
        var settled = next <= p.Settled ? TakenAt(in p, next) : PatientState.Never;
        return Math.Min(settled, Math.Min(p.ForceAt, StepTakenAt(in p)));
    }

    /// <summary>Arrival time at which the end of the model's step is taken, if the patient's clock has passed it.</summary>
    public static long StepTakenAt(ref readonly PatientState p) =>
        p.NextStep <= p.Clock ? TakenAt(in p, p.NextStep) : PatientState.Never;

    /// <summary>An instant of the arrival-time grid: what is due by now is settled, whether or not newer data has come.</summary>
    public static void SettleDue(ref PatientState p, long instant)
    {
        if (p.ForceAt <= instant)
        {
            // A source that came since may have to be waited for longer.
            var taken = TakenAt(in p, p.DueTick);
            p.Settled = taken <= instant ? Math.Max(p.Settled, p.DueTick) : p.Settled;
            p.ForceAt = taken <= instant ? PatientState.Never : taken;
        }

        if (StepTakenAt(in p) <= instant)
        {
            p.Settled = Math.Max(p.Settled, p.NextStep);
        }
    }

    /// <summary>After an instant was scored and decided: windows start anew and the next instant is found.</summary>
    public void Scored(in ScoreRequest request)
    {
        ref var p = ref state.Patient(request.Patient);
        if (request.Step)
        {
            KeptStep.Of(in p, request.Time, out var step);
            state.Steps.Keep(request.Patient, in step);
            p.StepStart = request.Time;
            p.NextStep = request.Time + state.Models.StepMs;
            PatientWindows.Stepped(ref p);
        }

        if (request.Tick)
        {
            PatientWindows.Scored(ref p, request.Time);
            p.LastTick = request.Time;
            p.Dirty = false;
            FindNext(ref p, request.Patient);
        }
    }

    /// <summary>A device was taken away: what of it waits is dropped, and the windows it leads are empty, so that scores miss them.</summary>
    public void Remove(int patient, int local)
    {
        ref var p = ref state.Patient(patient);
        _queue.Remove(ref p, local);
        PatientWindows.Empty(ref p, local);
        if (p.Dirty)
        {
            MakeDue(ref p, patient, NextTick(in p, p.LastArrival), p.LastArrival);
        }
    }

    /// <summary>Nobody is monitored any more: nothing is due until a frame comes.</summary>
    public static void Stop(ref PatientState p)
    {
        p.Dirty = false;
        p.DueTick = PatientState.Never;
        p.ForceAt = PatientState.Never;
    }

    /// <summary>The stay is over: what the model made of it ends with it.</summary>
    public void EndStay(int patient)
    {
        ref var p = ref state.Patient(patient);
        Stop(ref p);
        p.EarlierStays += p.FirstEventTime == long.MinValue ? 0 : Math.Max(0, p.Clock - p.FirstEventTime);
        p.FirstEventTime = long.MinValue;
        p.NextStep = PatientState.Never;
        p.StepStart = long.MinValue;
        p.Risk = double.NaN;
        p.AlarmScore = double.NaN;
        p.RiskTime = long.MinValue;
        state.ForgetModels(patient);
    }

    /// <summary>
    /// Anchors the patient's model steps to the admission, at the first event time or when the admission becomes known. Steps between the
    /// admission and the first reading are taken too, empty as they are: models are trained so.
    /// </summary>
    public void AnchorSteps(int patient, long eventTime)
    {
        ref var p = ref state.Patient(patient);
        if (state.Models.StepMs == 0)
        {
            return;
        }

        if (p.StepStart == long.MinValue)
        {
            p.StepStart = p.Facts.AdmissionTime;
            p.NextStep = p.StepStart + state.Models.StepMs;
            return;
        }

        var from = Math.Max(p.StepStart, eventTime - state.Models.StepMs);
        var steps = Math.Max(1, CeilingDivide(Math.Max(from + 1, eventTime) - p.Facts.AdmissionTime, state.Models.StepMs));
        p.NextStep = p.Facts.AdmissionTime + (steps * state.Models.StepMs);
    }

    /// <summary>The tick grid's first instant at or after an event time.</summary>
    public long TickAtOrAfter(long eventTime) => CeilingDivide(eventTime, _tickMs) * _tickMs;

    private static long CeilingDivide(long value, long by) => Math.DivRem(value, by, out var rest) + (rest > 0 ? 1 : 0);

    private long DueFor(ref readonly PatientState p, ref readonly Frame f)
    {
        var due = (f.Flags & FrameFlags.LimitChanged) != 0 ? f.EventTime : TickAtOrAfter(f.EventTime);
        if (due > p.LastTick && due >= p.Applied)
        {
            return due;
        }

        // It came too late for its own tick.
        return NextTick(in p, f.ArrivalTime);
    }

    // The next tick that was not taken before an arrival time.
    private long NextTick(ref readonly PatientState p, long arrivalTime) =>
        TickAtOrAfter(Math.Max(Math.Max(p.LastTick, p.Applied - 1), arrivalTime - p.SettleTime) + 1);

    private void MakeDue(ref PatientState p, int patient, long instant, long arrivalTime)
    {
        if (instant >= p.DueTick)
        {
            return;
        }

        p.DueTick = instant;
        p.ForceAt = Math.Min(p.ForceAt, ForceTime(in p, arrivalTime));
        state.Wake(patient, p.ForceAt);
    }

    // Live data is taken on its time; delayed data when nothing newer has come for the settle time.
    private static long ForceTime(ref readonly PatientState p, long arrivalTime)
    {
        var live = TakenAt(in p, p.DueTick);
        return live > arrivalTime ? live : Grid.AtOrAfter(arrivalTime + p.SettleTime);
    }

    // The next instant: for the frames that wait in the queue, or when the first value expires, so that silence is noticed too.
    private void FindNext(ref PatientState p, int patient)
    {
        var expiry = PatientWindows.NextExpiry(in p);
        var due = expiry == PatientState.Never ? expiry : TickAtOrAfter(Math.Max(expiry, p.LastTick + 1));
        for (var at = p.QueueFirst; at >= 0 && state.Frames[at].EventTime <= due; at = state.Frames.Next(at))
        {
            due = Math.Min(due, DueFor(in p, in state.Frames[at]));
        }

        p.DueTick = due;
        p.ForceAt = due == PatientState.Never ? due : ForceTime(in p, p.LastArrival);
        state.Wake(patient, p.ForceAt);
    }

    // True when the model's steps were moved over a long silence.
    private bool SkipSilence(ref PatientState p, int patient)
    {
        if (state.Models.StepMs == 0 || p.NextStep > p.Settled
            || (p.Settled - p.NextStep) / state.Models.StepMs <= MaxCatchUpSteps)
        {
            return false;
        }

        var steps = (p.Settled - p.NextStep) / state.Models.StepMs;
        p.NextStep += steps * state.Models.StepMs;
        p.StepStart = p.NextStep - state.Models.StepMs;
        state.ForgetModels(patient);
        return true;
    }

    // True when the instant is to be scored; an expected expiry that did not come is passed over.
    private bool Take(ref PatientState p, int patient, long instant)
    {
        var tick = instant == p.DueTick;
        var step = instant == p.NextStep;
        if (tick && !p.Dirty && PatientWindows.NextExpiry(in p) > instant)
        {
            FindNext(ref p, patient);
            tick = false;
        }

        if (!tick && !step)
        {
            return false;
        }

        Requests.Add(new ScoreRequest(patient, instant, tick, step));
        state.Blocked(patient) = true;
        return true;
    }
}
