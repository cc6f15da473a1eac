// A folder of models on disk: which there are, what their cards say, and whether a file is the one its card means.
using System.Buffers;
using System.Security.Cryptography;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Adapters.Onnx;

/// <summary>Reads and checks models laid out as <c>ROOT/NAME/VERSION/model.onnx</c> with <c>card.json</c> beside it.</summary>
public static class ModelFolder
{
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>The model folders under <paramref name="root"/>, by name and, oldest first, version; empty where there are none.</summary>
    /// <remarks>A folder with only a card or only a model counts, so that it is seen and can be named.</remarks>
    public static IReadOnlyList<string> List(string root) => !Directory.Exists(root)
        ? []
        : [.. Directory.EnumerateDirectories(root).SelectMany(Directory.EnumerateDirectories)
            .Where(folder => File.Exists(CardFile(folder)) || File.Exists(ModelFile(folder)))
            .OrderBy(folder => Path.GetFileName(Path.GetDirectoryName(folder)), StringComparer.Ordinal)
            .ThenBy(folder => Path.GetFileName(folder), ModelVersions.ByNumber)];

    /// <summary>Path of the model file in a model folder.</summary>
    public static string ModelFile(string folder) => Path.Combine(folder, "model.onnx");

    /// <summary>Path of the card in a model folder.</summary>
    public static string CardFile(string folder) => Path.Combine(folder, "card.json");

    /// <summary>Reads and checks the card of a model folder.</summary>
    /// <exception cref="ModelLoadException">Folder or card is missing or damaged, or a value is outside its range.</exception>
    public static ModelCard ReadCard(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new ModelLoadException($"{folder}: there is no such model folder. 'medai models' lists those that there are.");
        }

        if (!File.Exists(CardFile(folder)))
        {
            throw new ModelLoadException($"{CardFile(folder)}: the card is missing. Every model needs a card.json beside "
                + "model.onnx: export the model again, or restore the file.");
        }

        using var card = CardDocument.Open(CardFile(folder));
        var name = card.Text("name");
        var version = card.Text("version");
        CheckPlace(folder, name, version);
        CheckTask(card, name);
        var inputs = card.Names("inputs");
        var alert = card.Number("thresholds.alert", 0.001, 1);
        return new ModelCard
        {
            Name = name,
            Version = version,
            Inputs = inputs,
            StepSeconds = card.Whole("stepSeconds", 1, 86_400),
            StateSize = card.Whole("stateSize", 0, 65_536),
            Mean = ByInput(card, "normalisation.mean", inputs, double.MinValue),
            StandardDeviation = ByInput(card, "normalisation.std", inputs, 1e-9),
            Clip = card.Number("normalisation.clip", 1e-9, 1e6),
            SinceCapHours = card.Number("normalisation.sinceCapHours", 1e-9, 1e6),
            AdmissionCapHours = card.Number("normalisation.admissionCapHours", 1e-9, 1e6),
            OutputMeaning = card.Text("output.meaning"),
            AlertThreshold = alert,
            ClearThreshold = card.Number("thresholds.clear", 0, alert),
            InputSet = InputSet(card),
            HasAlarmScore = HasAlarmScore(card),
            UtilityThreshold = card.Has("thresholds.utility") ? card.Number("thresholds.utility", 0, 1) : null,
            InputReference = References(card, inputs),
            Sha256 = Sha256(card),
        };
    }

    // Thresholds that are about another score than the one they are held against would be silent or deafening: card and file must agree.
    private static bool HasAlarmScore(CardDocument card)
    {
        if (!card.Has("alarm"))
        {
            return false;
        }

        return card.Text("alarm.name") == ModelTensors.Alarm && card.Whole("stateSize", 0, 65_536) > 0
            ? true
            : throw card.Wrong("alarm.name", $"'{ModelTensors.Alarm}', the output of a model with a state");
    }

    // Cards of version 1 have no word for it: their inputs are vital signs.
    private static string InputSet(CardDocument card) => !card.Has("inputSet") ? "vitals" : card.Text("inputSet") switch
    {
        "vitals" or "all" or "time" => card.Text("inputSet"),
        _ => throw card.Wrong("inputSet", "vitals, all or time"),
    };

    /// <summary>Reads the model file and compares its checksum with the card's.</summary>
    /// <returns>The bytes that were checked, so that what is loaded cannot differ from what was checked.</returns>
    /// <exception cref="ModelLoadException">The file is missing or is not the one the card means.</exception>
    public static byte[] ReadModel(string folder, ModelCard card)
    {
        var file = ModelFile(folder);
        byte[] content;
        try
        {
            content = File.ReadAllBytes(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(
                $"{file}: the model cannot be read: {failure.Message} Restore the file, or export it again.", failure);
        }

        var found = Convert.ToHexStringLower(SHA256.HashData(content));
        return found == card.Sha256
            ? content
            : throw new ModelLoadException($"{file}: the checksum does not fit. The card expects sha256 {card.Sha256}, "
                + $"the file has {found} ({content.Length} bytes). It was changed or damaged: restore it, or export model "
                + "and card again.");
    }

    // A card copied into another model's folder would bring its thresholds along.
    private static void CheckPlace(string folder, string name, string version)
    {
        var place = new DirectoryInfo(folder);
        if (place.Name != version || place.Parent?.Name != name)
        {
            throw new ModelLoadException($"{CardFile(folder)}: the card is of {name} {version}, but lies in the folder of "
                + $"{place.Parent?.Name} {place.Name}. A model belongs in NAME/VERSION.");
        }
    }

    // By its name alone a model is known to answer the question of another: before it is loaded, and when its folder is gone. So a card that
    // says otherwise is wrong. One that does not say goes by its name.
    private static void CheckTask(CardDocument card, string name)
    {
        if (card.Has("task") && card.Text("task") != ModelCard.TaskOf(name))
        {
            throw card.Wrong(
                "task", $"'{ModelCard.TaskOf(name)}', the model's name up to the first hyphen: rules, series and the registry go by that. "
                + "Correct the card, or name the model after its task");
        }
    }

    // Cards name the constants of a vital sign by its key; the model's input for its value is 'KEY.value'.
    private static Dictionary<string, double> ByInput(CardDocument card, string key, IReadOnlyList<string> inputs, double least)
    {
        var byInput = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, number) in card.Numbers(key, least, double.MaxValue))
        {
            var input = inputs.Contains(name) ? name : $"{name}.value";
            if (!inputs.Contains(input))
            {
                throw card.Wrong($"{key}.{name}", $"of an input, but neither '{name}' nor '{input}' is one");
            }

            byInput[input] = number;
        }

        return byInput;
    }

    // Cards of before have none.
    private static Dictionary<string, InputReference> References(CardDocument card, IReadOnlyList<string> inputs)
    {
        const string Key = "inputReference";
        var byInput = new Dictionary<string, InputReference>(StringComparer.Ordinal);
        foreach (var (name, edges, shares) in card.Has(Key) ? card.Histograms(Key) : [])
        {
            var reference = new InputReference(edges, shares);
            var input = inputs.Contains(name) ? name : $"{name}.value";
            if (!inputs.Contains(input))
                throw card.Wrong(Key, $"by input, but '{name}' is none");
            if (reference.Problem is { } problem)
                throw card.Wrong(Key, $"{problem}, which '{name}' is not");

            byInput[input] = reference;
        }

        return byInput;
    }

    private static string Sha256(CardDocument card)
    {
        var sum = card.Text("sha256");
        return sum.Length == 64 && !sum.AsSpan().ContainsAnyExcept(Hex)
            ? sum
            : throw card.Wrong("sha256", "64 lower-case hexadecimal digits");
    }
}
