// The InfluxDB that all tests of this assembly share.
using MedAI.Streaming.TestKit.Influx;
using Xunit;

[assembly: AssemblyFixture(typeof(InfluxFixture))]
