// Holds the feed behind the terminal view to the contract of live feeds.
using MedAI.Streaming.Host.View;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;

namespace Acceptance.Tests.View;

public sealed class WardFeedTests : LiveFeedContract
{
    protected override ILiveFeed Create() => new WardFeed();
}
