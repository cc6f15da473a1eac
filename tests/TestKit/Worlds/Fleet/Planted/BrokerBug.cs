// Bugs of how the broker is set up or used: no fence, and a state topic that forgets.
using MedAI.Streaming.Adapters.Kafka;

namespace MedAI.Streaming.TestKit.Worlds.Fleet.Planted;

/// <summary>A bug of the broker itself.</summary>
internal abstract class BrokerBug(Harm harm) : PlantedBug(harm)
{
    internal sealed class NoFence() : BrokerBug(Harm.Lost)
    {
        // Many stand still while others take what they had, and somebody dies before all is checkpointed anew.
        public override FaultRates Rates => new(0.08, 0.1, 0.02, 0, 0, 0.5, 300);

        internal override void Begin(SimulatedBroker broker) => broker.Unfenced = TookEffect;
    }

    internal sealed class StateForgotten() : BrokerBug(Harm.Lost)
    {
        internal override void Age(SimulatedBroker broker, KafkaOptions options, int partition)
        {
            if (broker.Forget(new(options.State, partition), newest: 6)) TookEffect();
        }
    }
}
