using System.Text;
using Carousel.Core.Sessions;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Sessions;

public class SessionIdTests
{
    [Fact]
    public void Format_KnownId_IsLowerCaseHexadecimal()
    {
        var id = new SessionId(0x0011223344556677, 0x8899aabbccddeeff);
        byte[] text = new byte[SessionId.TextLength];
        id.Format(text);
        Assert.Equal("00112233445566778899aabbccddeeff", Encoding.ASCII.GetString(text));
        Assert.Equal("00112233445566778899aabbccddeeff", id.ToString());
    }

    [Fact]
    public void AnyId_AsTextAndAsBytes_IsEqual() => SessionSamples.Ids.Sample(id =>
    {
        byte[] bytes = new byte[SessionId.Bytes], text = new byte[SessionId.TextLength];
        id.Write(bytes);
        id.Format(text);
        Assert.Equal(id, SessionId.From(bytes));
        Assert.Equal(id.ToString(), Encoding.ASCII.GetString(text));
        Assert.Equal(id.ToString(), Convert.ToHexStringLower(bytes));
        Assert.True(SessionId.TryParse(id.ToString(), out SessionId parsed));
        Assert.Equal(id, parsed);
    });

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("00112233445566778899aabbccddeef")]
    [InlineData("00112233445566778899aabbccddeeff0")]
    [InlineData("000112233445566778899aabbccddeeff")]
    [InlineData(" 0112233445566778899aabbccddeeff")]
    [InlineData("00112233445566778899aabbccddeef ")]
    [InlineData("+0112233445566778899aabbccddeeff")]
    [InlineData("0x112233445566778899aabbccddeeff")]
    [InlineData("00112233445566778899aabbccddeefg")]
    [InlineData("00112233-4455-6677-8899-aabbccddeeff")]
    public void TryParse_NotTheTextOfAnId_IsFalse(string text) => Assert.False(SessionId.TryParse(text, out _));
}
