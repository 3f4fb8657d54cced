using System.Text;
using Carousel.Core.Sessions;
using Xunit;

namespace Carousel.Tests.Sessions;

public class JsonWebTokenTests
{
    // The examples of RFC 7519 sections 3.1 and 6.1, and the shape of RFC 7516 section 3.3.
    private const string Signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODB9.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Unsecured = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.";

    [Theory]
    [InlineData(Signed, true)]
    [InlineData(Unsecured, true)]
    [InlineData("eyJ.a.b.c.d", true)]
    [InlineData("eyJ.a..c.d", true)]
    [InlineData("eyJ..", true)]
    [InlineData("\"" + Unsecured + "\"", true)]
    [InlineData("\"" + Unsecured, false)]
    [InlineData(Unsecured + "\"", false)]
    [InlineData("\"", false)]
    [InlineData("\"\"", false)]
    [InlineData("", false)]
    [InlineData("eyJ", false)]
    [InlineData("eyJ.a", false)]
    [InlineData("eyJ.a.b.c", false)]
    [InlineData("eyJ.a.b.c.d.e", false)]
    [InlineData("EYJ.a.b", false)]
    [InlineData("abc.def.ghi", false)]
    [InlineData("eyJ.a.b=", false)]
    [InlineData("eyJ.a.b c", false)]
    [InlineData("eyJ.a+.b", false)]
    [InlineData("eyJ.a/.b", false)]
    [InlineData("eyJ.a.\u00fc", false)]
    [InlineData(" " + Unsecured, false)]
    [InlineData("s:" + Unsecured, false)]
    public void LooksLike_Value_IsRecognised(string value, bool expected) => Assert.Equal(expected, JsonWebToken.LooksLike(Encoding.Latin1.GetBytes(value)));

    [Theory]
    [InlineData("Bearer x", true)]
    [InlineData("bearer x", true)]
    [InlineData("BEARER " + Signed, true)]
    [InlineData("Bearer", false)]
    [InlineData("Bearer ", false)]
    [InlineData("Bearerx y", false)]
    [InlineData("Bearer\tx", false)]
    [InlineData("Basic dXNlcjpwYXNz", false)]
    [InlineData("Digest username=\"Bearer x\"", false)]
    [InlineData("", false)]
    public void IsBearer_Authorization_IsRecognised(string value, bool expected) => Assert.Equal(expected, JsonWebToken.IsBearer(Encoding.Latin1.GetBytes(value)));
}
