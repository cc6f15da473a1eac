// The exit codes of the program; the help of the program and docs list the same ones.
namespace MedAI.Streaming.Host;

/// <summary>Exit codes.</summary>
public static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Something failed; the message says what.</summary>
    public const int Failure = 1;

    /// <summary>The configuration or the arguments are wrong; nothing was started.</summary>
    public const int Usage = 2;

    /// <summary>The input was refused or cannot be read.</summary>
    public const int Input = 3;

    /// <summary>The store cannot be used: full, in use, corrupt, or made under other settings.</summary>
    public const int Store = 4;

    /// <summary>Interrupted; what was taken in is drained and checkpointed.</summary>
    public const int Interrupted = 130;

    /// <summary>The codes as help shows them.</summary>
    public const string Help =
        """
        Exit codes:
          0    done
          1    something failed; the message says what
          2    wrong configuration or arguments; nothing was started
          3    the input was refused or cannot be read
          4    the store cannot be used (full, in use, corrupt, or made under other settings)
          130  interrupted, after draining and checkpointing
        """;
}
