// One frame of a live fleet on its way: what the device says, and what happened to it.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Simulation;

/// <summary>A frame as a device sends it. A fleet hands out the same object once for each time that the device sends it.</summary>
/// <param name="Frame">The frame; its arrival time is when the device sends it first.</param>
/// <param name="Faults">What went wrong with it.</param>
/// <param name="Copies">How often the device sends it: 1, 2 for a duplicate, and 0 for one that is lost (it is handed out once, to be told).</param>
public sealed record LiveFrame(FrameElement Frame, LiveFault Faults, int Copies);

/// <summary>A patient of a live fleet and the devices that they wear.</summary>
/// <param name="Facts">What is known of the patient; arrival time is the start of the fleet.</param>
/// <param name="Devices">Ids of their devices, unique in the fleet.</param>
public sealed record LivePatient(PatientFactsElement Facts, IReadOnlyList<string> Devices);
