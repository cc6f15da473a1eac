// What a look at one model found, from its files only or from really running it.
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Commands;

/// <summary>The result of checking a model.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Card">Its card, where that could be read.</param>
/// <param name="Problem">What is wrong and what to do; null: nothing.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Notice">Why it does not run where it was asked to, or null.</param>
internal sealed record ModelCheck(string Folder, ModelCard? Card, string? Problem, string Detail, string? Notice)
{
    /// <summary>
    /// Why services refuse it, and what to do, where the file is not the one that was promoted under its version; null: it is that one, or none was.
    /// </summary>
    /// <param name="promoted">The last change by which its version was to be served; null: there was none.</param>
    public string? AnotherFile(ModelEvent? promoted) => Card is null || promoted is null || promoted.Sha256 == Card.Sha256
        ? null
        : $"{promoted.Model} was promoted with sha256 {promoted.Sha256}, and the file that is there has {Card.Sha256}. A version is one file, and "
            + "services refuse another one under it: restore the file that was promoted, or give what is new a version of its own and promote that.";

    /// <summary>Reads the card and compares the checksum.</summary>
    public static ModelCheck OfFiles(string folder)
    {
        ModelCard? card = null;
        try
        {
            card = ModelFolder.ReadCard(folder);
            ModelFolder.ReadModel(folder, card);
            return new ModelCheck(folder, card, null, "the checksum fits", null);
        }
        catch (ModelLoadException failure)
        {
            return new ModelCheck(folder, card, failure.Message, "", null);
        }
    }

    /// <summary>Loads the model and runs the bit test.</summary>
    public static ModelCheck OfBits(string folder, ModelProvider provider)
    {
        try
        {
            using var model = OnnxModel.Load(folder, ModelShelf.Options(provider));
            var bits = model.MayPage
                ? null
                : $"It may not page, only run in shadow: {model.Bits.Reason}. Export it with constant float32 weights.";
            return new ModelCheck(folder, model.Card, bits, $"{model.Profile}; {model.Bits.Reason}", model.Notice);
        }
        catch (ModelLoadException failure)
        {
            return new ModelCheck(folder, null, failure.Message, "", null);
        }
    }
}
