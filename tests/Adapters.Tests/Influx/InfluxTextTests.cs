// Whatever an id holds, it comes back, and nothing in it can end a tag, a string or a line.
using System.Text;
using MedAI.Streaming.Adapters.Influx;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Influx;

public sealed class InfluxTextTests
{
    [Theory]
    [InlineData("p1", "p1")]
    [InlineData("a b,c=d", "a\\ b\\,c\\=d")]
    [InlineData("ends in \\", "ends\\ in\\ %5C")]
    [InlineData("two\nlines", "two%0Alines")]
    [InlineData("100 %", "100\\ %")]
    [InlineData("%5C", "%255C")]
    [InlineData("%5c", "%255c")]
    [InlineData("%\\", "%%5C")]
    [InlineData("\"quoted\" 'twice'", "\"quoted\"\\ 'twice'")]
    [InlineData("", "")]
    public void Tag_AnyId_IsEscaped(string id, string tag) => Assert.Equal(tag, InfluxText.Tag(id));

    [Fact]
    public void Field_QuotesAndBackslashes_AreEscaped() => Assert.Equal("\"say \\\"%5C\\\"\"", InfluxText.Field("say \"\\\""));

    [Fact]
    public void Literal_Quotes_AreEscaped() => Assert.Equal("'it\\'s %5C'", InfluxText.Literal("it's \\"));

    [Fact]
    public void Decode_OfEncode_GivesTheSame()
    {
        const string Letters = "%%%25CcAaFf0 \\\\,=\"'\n\r\t\0\u007fé患\u2028";
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            var id = new StringBuilder();
            for (var i = random.Next(12); i >= 0; i--)
                id.Append(Letters[random.Next(Letters.Length)]);
            var encoded = InfluxText.Encode(id.ToString());

            Assert.Equal(id.ToString(), InfluxText.Decode(encoded));
            Assert.DoesNotContain(encoded, c => c is '\\' or < ' ' or '\x7f');
        }
    }
}
