// Writes small ONNX models for tests, so that no binary has to stand in the repository.
using System.Runtime.InteropServices;
using System.Text;

namespace Adapters.Tests.Onnx;

/// <summary>A graph of float32 tensors, written in the protobuf layout of onnx.proto3 (IR version 8, opset 17).</summary>
internal sealed class OnnxFile
{
    private readonly Message _graph = new();

    public OnnxFile Input(string name, params int[] shape) => Value(11, name, shape);

    public OnnxFile Output(string name, params int[] shape) => Value(12, name, shape);

    public OnnxFile Constant(string name, float[] values, params int[] shape)
    {
        var tensor = new Message();
        foreach (var length in shape)
        {
            tensor.Number(1, length);
        }

        tensor.Number(2, 1).Text(8, name).Bytes(9, MemoryMarshal.AsBytes(values.AsSpan()));
        _graph.Nested(5, tensor);
        return this;
    }

    public OnnxFile Mask(string name, params bool[] values)
    {
        var tensor = new Message().Number(1, values.Length).Number(2, 9).Text(8, name);
        _graph.Nested(5, tensor.Bytes(9, values.Select(value => value ? (byte)1 : (byte)0).ToArray()));
        return this;
    }

    /// <summary>A node; <paramref name="attributes"/> are whole numbers, a list one where the name ends in <c>[]</c>.</summary>
    public OnnxFile Node(string type, string inputs, string output, params (string Name, int Value)[] attributes)
    {
        var node = new Message();
        foreach (var input in inputs.Split(' '))
        {
            node.Text(1, input);
        }

        node.Text(2, output).Text(4, type);
        foreach (var (name, value) in attributes)
        {
            var list = name.EndsWith("[]", StringComparison.Ordinal);
            node.Nested(5, new Message().Text(1, name.TrimEnd('[', ']')).Number(list ? 8 : 3, value).Number(20, list ? 7 : 2));
        }

        _graph.Nested(1, node);
        return this;
    }

    public byte[] ToArray()
    {
        _graph.Text(2, "test");
        return new Message().Number(1, 8).Nested(7, _graph).Nested(8, new Message().Text(1, "").Number(2, 17)).ToArray();
    }

    // A negative length is a free dimension.
    private OnnxFile Value(int field, string name, int[] shape)
    {
        var dimensions = new Message();
        foreach (var length in shape)
        {
            dimensions.Nested(1, length < 0 ? new Message().Text(2, "rows") : new Message().Number(1, length));
        }

        var tensor = new Message().Number(1, 1).Nested(2, dimensions);
        _graph.Nested(field, new Message().Text(1, name).Nested(2, new Message().Nested(1, tensor)));
        return this;
    }

    private sealed class Message
    {
        private readonly List<byte> _bytes = [];

        public Message Number(int field, int value)
        {
            Varint(field << 3);
            Varint(value);
            return this;
        }

        public Message Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

        public Message Nested(int field, Message message) => Bytes(field, message.ToArray());

        public Message Bytes(int field, ReadOnlySpan<byte> bytes)
        {
            Varint((field << 3) | 2);
            Varint(bytes.Length);
            _bytes.AddRange(bytes);
            return this;
        }

        public byte[] ToArray() => [.. _bytes];

        private void Varint(int value)
        {
            for (; value > 127; value >>= 7)
            {
                _bytes.Add((byte)(value | 128));
            }

            _bytes.Add((byte)value);
        }
    }
}
