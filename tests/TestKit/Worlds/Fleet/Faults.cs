// Decides, effect by effect, what goes wrong for one process: it dies, stands still, is refused, or does not hear the answer.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Simulation;

namespace MedAI.Streaming.TestKit.Worlds.Fleet;

/// <summary>The process is no more; nothing may catch this but the world.</summary>
internal sealed class ProcessDied : Exception;

/// <summary>What may go wrong in a world, with what is left of it.</summary>
/// <param name="random">The world's dice.</param>
/// <param name="rates">How often.</param>
internal sealed class FaultBudget(SeededRandom random, FaultRates rates)
{
    /// <summary>How often.</summary>
    public FaultRates Rates { get; } = rates;

    /// <summary>The world's dice.</summary>
    public SeededRandom Random { get; } = random;

    /// <summary>How many faults there were.</summary>
    public int Count { get; private set; }

    /// <summary>What happened in the world, and how often.</summary>
    public SortedDictionary<string, int> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the world is to come to rest: nothing goes wrong any more.</summary>
    public bool Over { get; set; }

    /// <summary>Whether a fault of a chance happens now.</summary>
    /// <param name="chance">Its chance.</param>
    /// <param name="what">What it is called.</param>
    public bool Strikes(double chance, string what)
    {
        if (!Random.Chance(chance) || Over || Count >= Rates.Most) return false;
        Count++;
        See(what);
        return true;
    }

    /// <summary>Something happened that worlds must not do without.</summary>
    public void See(string what) => Seen[what] = Seen.GetValueOrDefault(what) + 1;
}

/// <summary>What goes wrong between one process and a server.</summary>
/// <param name="budget">What may go wrong.</param>
/// <param name="isAway">Whether the server is away.</param>
/// <param name="hang">Lets the process stand still for a while, and returns whether it was killed meanwhile; null: it never does.</param>
internal sealed class Faults(FaultBudget budget, Func<bool> isAway, Func<bool>? hang)
{
    /// <summary>A server does not answer.</summary>
    public static StoreException Unavailable(string what) => new(StoreFailure.Unavailable, $"simulated: no answer; {what}");

    /// <summary>Something happened that worlds must not do without.</summary>
    public void See(string what) => budget.See(what);

    /// <summary>A coin.</summary>
    public bool Coin() => budget.Random.Chance(0.5);

    /// <summary>A number.</summary>
    public int Between(int low, int high) => budget.Random.Between(low, high);

    /// <summary>Now and then a server does not say where records lie; that is no fault.</summary>
    public bool Forgets() => budget.Random.Chance(0.05);

    /// <summary>The process comes to a point at which it may die or stand still.</summary>
    /// <exception cref="ProcessDied">It dies.</exception>
    public void Reach()
    {
        if (hang is null) return;
        if (budget.Strikes(budget.Rates.Crash, "crash") || (budget.Strikes(budget.Rates.Hang, "hang") && hang())) throw new ProcessDied();
    }

    /// <summary>Whether the server cannot be reached now, or refuses.</summary>
    public bool Refuses() => isAway() || budget.Strikes(budget.Rates.Refusal, "refusal");

    /// <summary>Whether an answer does not come.</summary>
    public bool LosesAnswer() => budget.Strikes(budget.Rates.LostAnswer, "lost answer");

    /// <summary>Asks for something that changes nothing.</summary>
    /// <exception cref="StoreException">No answer comes.</exception>
    public void Ask()
    {
        Reach();
        if (Refuses()) throw Unavailable("a question");
    }

    /// <summary>Does something on a server.</summary>
    /// <param name="effect">What.</param>
    /// <param name="unanswered">What happens of it where the answer is lost; null: all of it.</param>
    /// <exception cref="StoreException">No answer comes.</exception>
    public void Do(Action effect, Action? unanswered = null)
    {
        Reach();
        if (Refuses()) throw Unavailable("refused");
        if (LosesAnswer())
        {
            (unanswered ?? effect)();
            throw Unavailable("the answer was lost");
        }

        effect();
        Reach();
    }
}
