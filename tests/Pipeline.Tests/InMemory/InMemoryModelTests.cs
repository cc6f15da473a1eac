// Holds the model in memory to the contract that loaded models keep.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;
using MedAI.Streaming.TestKit.InMemory;

namespace MedAI.Streaming.Pipeline.Tests.InMemory;

public sealed class InMemoryRecurrentModelTests : ScoringModelContract
{
    protected override IScoringModel Load() => new InMemoryModel(InMemoryModel.MakeCard(5, recurrent: true), 256);
}

public sealed class InMemoryAlarmingModelTests : ScoringModelContract
{
    protected override bool HasAlarmScore => true;

    protected override IScoringModel Load() => new InMemoryModel(InMemoryModel.MakeCard(5, recurrent: true), 64, alarms: true);
}

public sealed class InMemoryStatelessModelTests : ScoringModelContract
{
    protected override IScoringModel Load() => new InMemoryModel(InMemoryModel.MakeCard(5, recurrent: false), 8);
}
