// Real patients, killed 20 times on their way through the program.
using Acceptance.Tests.Replay;
using Xunit;

namespace Acceptance.Tests.Faults;

public sealed class RecordedKillTests : IDisposable
{
    private readonly Medai _medai = new();

    public void Dispose() => _medai.Dispose();

    [Fact]
    public Task Hourly_patients_survive_20_kills_at_random_moments()
    {
        // Two days of the first 60 patients, who all begin at the same hour.
        string[] input = ["cinc2019", SharedData.File("cinc2019"), "--patients", "60", "--until", "2000-01-03T00:00:00Z"];
        return ManyLives.AssertSameAfterKillsAsync(_medai, input, ManyLives.SpeedFor(2 * 86_400), longestLifeMs: 500, seed: 2019);
    }

    [Fact]
    public Task Bedside_patients_survive_20_kills_at_random_moments() => ManyLives.AssertSameAfterKillsAsync(
        _medai, ["bidmc", SharedData.File("bidmc")], ManyLives.SpeedFor(8 * 60), longestLifeMs: 500, seed: 53);

    [Fact]
    public Task Charted_patients_of_a_century_survive_20_kills_at_random_moments() => ManyLives.AssertSameAfterKillsAsync(
        _medai, ["mimic3", SharedData.File("mimic3")], "max", longestLifeMs: 300, seed: 3);
}
