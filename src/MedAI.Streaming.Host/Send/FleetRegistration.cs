// Tells a service about the patients and devices of a fleet before they send.
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Simulation;

namespace MedAI.Streaming.Host.Send;

/// <summary>Whether a fleet is registered.</summary>
internal enum RegisterWish
{
    /// <summary>If the service lets the sender do so.</summary>
    Auto,

    /// <summary>It must be.</summary>
    Always,

    /// <summary>It is not.</summary>
    Never,
}

/// <summary>Registers fleets.</summary>
/// <param name="control">The control plane.</param>
/// <param name="giveUpAfter">For how long each request is tried.</param>
internal sealed class FleetRegistration(ControlClient control, TimeSpan giveUpAfter)
{
    /// <summary>Requests at once.</summary>
    public const int AtOnce = 16;

    private const string WornAlready = "worn_since";

    // Clocks of devices may be wrong by minutes, and some upload what they kept for an hour: it is still their wearer's.
    private static readonly TimeSpan WornBefore = TimeSpan.FromHours(2);
    private int _done;

    /// <summary>Patients that are registered with their devices.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>Registers all patients and who wears what.</summary>
    /// <returns>Whether they are registered; if not, frames must name their patients.</returns>
    /// <exception cref="FailureException">They cannot be registered, though they must, or not all of them.</exception>
    public async Task<bool> RegisterAsync(IReadOnlyList<LivePatient> patients, RegisterWish wish, CancellationToken stop)
    {
        if (wish == RegisterWish.Never)
            return false;

        var first = await control.DoAsync(new ControlRequest.Facts(patients[0].Facts), giveUpAfter, stop);
        if (wish == RegisterWish.Auto && !first.IsGood && !first.IsPassing)
            return false;

        Check(first, patients[0], stop);
        await Parallel.ForEachAsync(
            patients, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop },
            async (patient, _) => await RegisterAsync(patient, stop));
        return true;
    }

    private async Task RegisterAsync(LivePatient patient, CancellationToken stop)
    {
        Check(await control.DoAsync(new ControlRequest.Facts(patient.Facts), giveUpAfter, stop), patient, stop);
        var from = patient.Facts.ArrivalTime - (long)WornBefore.TotalMilliseconds;
        foreach (var device in patient.Devices)
        {
            var answer = await control.DoAsync(new ControlRequest.Wears(patient.Facts.Patient, device, from), giveUpAfter, stop);

            // An earlier run of the fleet may have said so: who wears a device does not put it on again.
            if (answer.Code != WornAlready)
                Check(answer, patient, stop);
        }

        Interlocked.Increment(ref _done);
    }

    private static void Check(ServiceAnswer answer, LivePatient patient, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (!answer.IsGood)
        {
            throw new FailureException(
                $"{patient.Facts.Patient} cannot be registered: {answer.Detail} With --register never, frames name their patients instead.");
        }
    }
}
