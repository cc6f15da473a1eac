// Whose a reading is: held against the time in which the patient wore the device and was in care.
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Stream;

/// <summary>How a frame stands to its patient; the later of two in this order decides.</summary>
public enum Wearing : byte
{
    /// <summary>The patient wears the device: the frame is judged.</summary>
    Now = 0,

    /// <summary>The patient wore it before it was last taken away, or in an earlier stay: the frame is stored, and too late to judge.</summary>
    Before = 1,

    /// <summary>The patient did not wear it: the frame is refused (<see cref="RejectReason.DeviceNotWorn"/>).</summary>
    NotWorn = 2,

    /// <summary>The patient was discharged: the frame is refused (<see cref="RejectReason.PatientDischarged"/>).</summary>
    Discharged = 3,
}

/// <summary>Decides by event time whose a frame is.</summary>
public static class WearLaw
{
    /// <summary>How a frame of an event time stands to the patient under whose name it came.</summary>
    public static Wearing Of(ref readonly PatientState patient, ref readonly DeviceOrder device, long eventTime)
    {
        var worn = eventTime >= device.WornFrom ? Wearing.Now : eventTime < device.RemovedAt ? Wearing.Before : Wearing.NotWorn;
        var stay = eventTime >= patient.ReadmittedAt ? Wearing.Now
            : eventTime < patient.DischargedAt ? Wearing.Before
            : Wearing.Discharged;
        return worn > stay ? worn : stay;
    }
}
