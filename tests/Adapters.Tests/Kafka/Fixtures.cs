// The broker that all tests of this assembly share.
using MedAI.Streaming.TestKit.Kafka;
using Xunit;

[assembly: AssemblyFixture(typeof(KafkaBrokerFixture))]
