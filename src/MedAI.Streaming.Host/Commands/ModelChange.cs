// Promotes a model to be the one that is served, or goes back to the one before.
using System.CommandLine;
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai models promote</c> and <c>medai models rollback</c>: both change the registry, which a running service follows.</summary>
internal static class ModelChange
{
    private const string Follows = "A running service with this folder of models changes over within seconds: medai_model_elected on its /metrics says so.";

    /// <summary><c>medai models promote NAME@VERSION</c>.</summary>
    internal sealed class Promote : MedaiCommand
    {
        public Promote(CommandLine line)
            : base(
                "promote", "Chooses the model that is served, after all its checks. " + Follows,
                "medai models promote sepsis-vitals@2.1.0", "medai models promote sepsis-vitals@2.1.0 --by 'Dr. Weiss'")
        {
            var name = new Argument<string>("NAME@VERSION") { Description = "The model." };
            var by = By(line);
            Arguments.Add(name);
            Options.Add(by);
            SetAction(parsed =>
            {
                var settings = line.Settings(parsed);
                var root = ModelFolders.Root(settings);
                var wanted = parsed.GetValue(name)!;
                var folder = ModelFolder.List(root).FirstOrDefault(one => ModelFolders.IdOf(one) == wanted)
                    ?? throw new FailureException(
                        $"There is no model {wanted} in {root}. Name it as NAME@VERSION; 'medai models list' lists those that there are.");
                using var registry = Change(() => ModelRegistry.Open(root));
                var served = ServedModel.Of(settings);
                RefuseAnotherFile(registry, folder);
                if (served.Id == wanted)
                    throw new FailureException($"{wanted} is the one that is served already.");

                var card = Tested(folder, served, settings.Model.Provider);
                Change(() => registry.Promote(
                    card.Task, card.Id, card.Sha256, served.Id, parsed.GetValue(by)!, line.Surroundings.Time.GetUtcNow()));
                line.Surroundings.Output.WriteLine($"promoted {card.Id}, was {served.Id}. {Follows}");
                return ExitCodes.Ok;
            });
        }
    }

    /// <summary><c>medai models rollback</c>.</summary>
    internal sealed class Rollback : MedaiCommand
    {
        public Rollback(CommandLine line)
            : base("rollback", "Goes back to the model that was served before the last promotion. " + Follows, "medai models rollback")
        {
            var by = By(line);
            Options.Add(by);
            SetAction(parsed =>
            {
                var settings = line.Settings(parsed);
                var root = ModelFolders.Root(settings);
                using var registry = Change(() => ModelRegistry.Open(root));
                var served = ServedModel.Of(settings);
                var task = ModelCard.TaskOf(settings.Model.Name);
                var before = registry.Before(task)
                    ?? throw new FailureException($"Nothing was promoted before {served.Id}: there is nothing to go back to.");
                var folder = ModelFolders.Of(root, before);
                RefuseAnotherFile(registry, folder);
                var card = Tested(folder, served, settings.Model.Provider);
                Change(() => registry.Rollback(task, card.Sha256, parsed.GetValue(by)!, line.Surroundings.Time.GetUtcNow()));
                line.Surroundings.Output.WriteLine($"back to {card.Id}, was {served.Id}. {Follows}");
                return ExitCodes.Ok;
            });
        }
    }

    private static Option<string> By(CommandLine line) => new("--by")
    {
        Description = "Who chose it; it stands in the registry and in the log.",
        DefaultValueFactory = _ => line.Surroundings.Variables.GetValueOrDefault("USER", "somebody"),
    };

    private static void RefuseAnotherFile(ModelRegistry registry, string folder)
    {
        if (ModelCheck.OfFiles(folder).AnotherFile(registry.LastOf(ModelFolders.IdOf(folder))) is { } why)
            throw new FailureException($"Nothing was changed: {why}");
    }

    // All that a service checks before it elects a model, so that the refusal comes here and not there.
    private static ModelCard Tested(string folder, ServedModel served, ModelProvider provider)
    {
        var check = ModelCheck.OfBits(folder, provider);
        if (check.Problem is { } problem)
            throw new FailureException($"{ModelFolders.IdOf(folder)} is refused, and {served.Id} goes on: {problem}");

        try
        {
            ModelShelf.Features(folder, check.Card!);
            // Where the served one is gone or damaged, the change is the way out: only its name is left to hold against.
            if (ModelCheck.OfFiles(served.Folder).Card is { } card)
                ServedLaw.Fits(check.Card!, card);
            else if (check.Card!.Task != ModelCard.TaskOf(ModelFolders.NameOf(served.Folder)))
                throw new ModelLoadException($"it predicts {check.Card.Task}, which {served.Id} did not.");
            return check.Card!;
        }
        catch (ModelLoadException failure)
        {
            throw new FailureException($"{ModelFolders.IdOf(folder)} is refused, and {served.Id} goes on: {failure.Message}");
        }
    }

    private static void Change(Action write) => Change(() =>
    {
        write();
        return true;
    });

    private static T Change<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"The registry cannot be written, and nothing was changed: {failure.Message} Is somebody else changing it?");
        }
    }
}
