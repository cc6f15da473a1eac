// Reads the body of a call of a model, and says of what does not fit which tensor it is, what it is and what it must be.
using System.Text.Json;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Inference;

/// <summary>Reads one request of the Open Inference Protocol (version 2, REST). Used once.</summary>
/// <param name="signature">The model's tensors.</param>
/// <param name="maxRows">The most rows of a call.</param>
internal sealed class InferenceReader(ModelSignature signature, int maxRows)
{
    // Extensions of the protocol that would change what is meant; all other parameters are the caller's own and change nothing.
    private static readonly Dictionary<string, string> NotTaken = new(StringComparer.Ordinal)
    {
        ["binary_data_size"] = BinaryAdvice,
        ["shared_memory_region"] = "Shared memory is not taken here: send 'data'.",
        ["sequence_id"] = "Sequences are not kept here: send the 'state_out' of the step before as 'state'.",
        ["classification"] = "There are no classes here: ask without 'classification'.",
    };

    private readonly Dictionary<string, float[]> _data = new(StringComparer.Ordinal);
    private int _rows;

    /// <summary>What to tell those whose client sends tensors as bytes.</summary>
    public const string BinaryAdvice = "The binary tensor data extension is not taken here: send tensors as JSON (in Triton's client: binary_data=False).";

    /// <summary>What is wrong with the request, once reading gave null.</summary>
    public Problem? Problem { get; private set; }

    /// <summary>The request, or null; then <see cref="Problem"/> says why.</summary>
    public InferenceRequest? Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            Refuse("malformed", "The body must be a JSON object with 'inputs'.");
            return null;
        }

        return TryReadId(body, out var id) && AreParametersTaken(body, "the request") && ReadInputs(body) && AreOutputsKnown(body)
            ? new InferenceRequest(id, _rows, _data[ModelTensors.Input], _data.GetValueOrDefault(ModelTensors.State) ?? [], OutputsOf(body))
            : null;
    }

    private bool TryReadId(JsonElement body, out string? id)
    {
        id = null;
        if (!body.TryGetProperty("id", out var member) || member.ValueKind == JsonValueKind.Null)
            return true;
        if (member.ValueKind != JsonValueKind.String)
            return Refuse("bad_id", "'id' must be a text.");

        id = member.GetString();
        return true;
    }

    private bool ReadInputs(JsonElement body)
    {
        if (!body.TryGetProperty("inputs", out var inputs) || inputs.ValueKind != JsonValueKind.Array)
            return Refuse("inputs_missing", $"'inputs' must be a list of tensors: {ModelSignature.Names(signature.Inputs)}.");

        foreach (var input in inputs.EnumerateArray())
        {
            if (NameOf(input) is not { } name)
                return Refuse("malformed", "Every entry of 'inputs' must be an object with 'name', 'shape', 'datatype' and 'data'.");
            if (signature.Inputs.FirstOrDefault(one => one.Name == name) is not { } tensor)
                return Refuse("unknown_tensor", $"The model has no input '{Short(name)}': its inputs are {ModelSignature.Names(signature.Inputs)}.");
            if (_data.ContainsKey(name))
                return Refuse("tensor_twice", $"The input '{name}' is there twice.");
            if (!ReadTensor(input, tensor))
                return false;
        }

        var missing = signature.Inputs.FirstOrDefault(tensor => !_data.ContainsKey(tensor.Name));
        return missing is null || Refuse("tensor_missing", $"The input '{missing.Name}' of shape [rows, {missing.Width}] is missing."
            + (missing.Name == ModelTensors.State ? " Zeros are a patient without a past." : ""));
    }

    private bool ReadTensor(JsonElement input, RowTensor tensor)
    {
        var name = tensor.Name;
        if (!AreParametersTaken(input, $"'{name}'"))
            return false;
        if (!input.TryGetProperty("datatype", out var datatype) || datatype.ValueKind != JsonValueKind.String || !datatype.ValueEquals(ModelSignature.Datatype))
            return Refuse("wrong_datatype", $"'{name}' has the datatype {Found(input, "datatype")}; it must be \"{ModelSignature.Datatype}\".");
        if (!input.TryGetProperty("shape", out var shape) || RowsOf(shape, tensor.Width) is not { } rows)
            return Refuse("wrong_shape", $"'{name}' has the shape {Found(input, "shape")}; it must be [rows, {tensor.Width}] with at least one row.");
        if (rows > maxRows)
            return Refuse("too_many_rows", $"'{name}' has {rows} rows; a call has at most {maxRows} (http.maxInferenceRows). Make several.", 413);
        if (_rows > 0 && rows != _rows)
            return Refuse("wrong_shape", $"'{name}' has {rows} rows and the tensor before it {_rows}; they must have equally many.");

        _rows = (int)rows;
        return ReadData(input, tensor);
    }

    private bool ReadData(JsonElement input, RowTensor tensor)
    {
        var (name, width) = (tensor.Name, tensor.Width);
        if (!input.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array)
            return Refuse("data_missing", $"'{name}' must have 'data': a list of {_rows * width} numbers in row-major order, or a list of {_rows} rows.");

        var values = new float[_rows * width];
        var isNested = data.GetArrayLength() > 0 && data[0].ValueKind == JsonValueKind.Array;
        if (!isNested)
        {
            if (data.GetArrayLength() != values.Length)
                return Refuse("wrong_shape", $"'{name}' has {data.GetArrayLength()} numbers; its shape [{_rows}, {width}] asks for {values.Length}.");
            if (!Fill(data, tensor, 0, values))
                return false;
        }
        else if (data.GetArrayLength() != _rows)
        {
            return Refuse("wrong_shape", $"'{name}' has {data.GetArrayLength()} rows of data; its shape [{_rows}, {width}] asks for {_rows}.");
        }
        else if (!FillRows(data, tensor, values))
        {
            return false;
        }

        _data[name] = values;
        return true;
    }

    private bool FillRows(JsonElement data, RowTensor tensor, float[] values)
    {
        var row = 0;
        foreach (var numbers in data.EnumerateArray())
        {
            if (numbers.ValueKind != JsonValueKind.Array || numbers.GetArrayLength() != tensor.Width)
                return Refuse("wrong_shape", $"Row {row} of '{tensor.Name}' must be a list of {tensor.Width} numbers.");
            if (!Fill(numbers, tensor, row * tensor.Width, values))
                return false;

            row++;
        }

        return true;
    }

    private bool Fill(JsonElement numbers, RowTensor tensor, int at, float[] values)
    {
        foreach (var number in numbers.EnumerateArray())
        {
            // A number beyond float32 is read as infinite.
            if (number.ValueKind != JsonValueKind.Number || !number.TryGetSingle(out var value) || !float.IsFinite(value))
            {
                return Refuse(
                    "bad_number",
                    $"'{tensor.Name}'[{at / tensor.Width}, {at % tensor.Width}] is {Short(number.GetRawText())}; it must be a finite number of float32.");
            }

            values[at++] = value;
        }

        return true;
    }

    private bool AreOutputsKnown(JsonElement body)
    {
        if (!body.TryGetProperty("outputs", out var outputs) || outputs.ValueKind == JsonValueKind.Null)
            return true;
        if (outputs.ValueKind != JsonValueKind.Array)
            return Refuse("malformed", "'outputs' must be a list of objects with 'name'.");

        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var output in outputs.EnumerateArray())
        {
            if (NameOf(output) is not { } name)
                return Refuse("malformed", "Every entry of 'outputs' must be an object with 'name'.");
            if (signature.Outputs.All(one => one.Name != name))
                return Refuse("unknown_tensor", $"The model has no output '{Short(name)}': its outputs are {ModelSignature.Names(signature.Outputs)}.");
            if (!asked.Add(name))
                return Refuse("tensor_twice", $"The output '{name}' is asked for twice.");
            if (!AreParametersTaken(output, $"the output '{name}'"))
                return false;
        }

        return true;
    }

    // None named: all of them, as the protocol has it.
    private IReadOnlyList<RowTensor> OutputsOf(JsonElement body)
    {
        if (!body.TryGetProperty("outputs", out var outputs) || outputs.ValueKind != JsonValueKind.Array || outputs.GetArrayLength() == 0)
            return signature.Outputs;

        return [.. outputs.EnumerateArray().Select(output => signature.Outputs.First(one => one.Name == NameOf(output)))];
    }

    private bool AreParametersTaken(JsonElement holder, string whose)
    {
        if (!holder.TryGetProperty("parameters", out var parameters) || parameters.ValueKind == JsonValueKind.Null)
            return true;
        if (parameters.ValueKind != JsonValueKind.Object)
            return Refuse("bad_parameter", $"'parameters' of {whose} must be an object.");

        foreach (var parameter in parameters.EnumerateObject())
        {
            if (NotTaken.TryGetValue(parameter.Name, out var advice))
                return Refuse("extension_not_taken", $"{whose} has the parameter '{parameter.Name}'. {advice}");
            if (parameter.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False))
                return Refuse("bad_parameter", $"The parameter '{Short(parameter.Name)}' of {whose} must be a text, a number, true or false.");
        }

        return true;
    }

    private bool Refuse(string code, string detail, int status = 400)
    {
        Problem ??= new Problem(status, code, char.ToUpperInvariant(detail[0]) + detail[1..]);
        return false;
    }

    private static string? NameOf(JsonElement tensor) =>
        tensor.ValueKind == JsonValueKind.Object && tensor.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
            ? name.GetString()
            : null;

    private static long? RowsOf(JsonElement shape, int width) =>
        shape.ValueKind == JsonValueKind.Array && shape.GetArrayLength() == 2
        && IsWhole(shape[0], out var rows) && IsWhole(shape[1], out var found) && rows > 0 && found == width
            ? rows
            : null;

    private static bool IsWhole(JsonElement number, out long value)
    {
        value = 0;
        return number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out value);
    }

    private static string Found(JsonElement tensor, string member) =>
        tensor.TryGetProperty(member, out var value) ? Short(value.GetRawText()) : "nothing";

    private static string Short(string text) => text.Length > 60 ? text[..60] + "..." : text;
}
