using System.Text;
using Carousel.Core.Sessions;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Sessions;

public class CredentialNamesTests
{
    private static readonly CredentialNames Names = new([]);

    public static TheoryData<string> Known => [.. CredentialNames.Known];

    public static TheoryData<string> Words => [.. CredentialNames.Words];

    [Theory]
    [MemberData(nameof(Known))]
    public void Contains_KnownName_InEveryCase(string name)
    {
        Assert.True(Contains(Names, name));
        Assert.True(Contains(Names, name.ToUpperInvariant()));
        Assert.True(Contains(Names, Title(name)));
        Gen.Bool.Array[name.Length].Sample(
            upper => Contains(Names, string.Concat(name.Select((c, i) => upper[i] ? char.ToUpperInvariant(c) : c))), iter: 50);
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Contains_NameWithACredentialWord_AnyPosition(string word) => Assert.All(
        [word, Title(word), $"x-{word}", $"{word}-x", $"X-My{word.ToUpperInvariant()}s", new string('x', 200) + word],
        name => Assert.True(Contains(Names, name), name));

    [Theory]
    [InlineData("")]
    [InlineData("accept")]
    [InlineData("Accept-Language")]
    [InlineData("User-Agent")]
    [InlineData("X-Request-Id")]
    [InlineData("Host")]
    [InlineData("Origin")]
    [InlineData("Sec-WebSocket-Version")]
    [InlineData("DNT")]
    [InlineData("X-Pinned")]
    [InlineData("X-Sessions")]
    [InlineData("coo-kie")]
    public void Contains_HarmlessName_IsFalse(string name) => Assert.False(Contains(Names, name));

    [Fact]
    public void Contains_ConfiguredName_InEveryCaseAndNoOther()
    {
        var names = new CredentialNames(["X-Employee-Number", "dnt"]);
        Assert.True(Contains(names, "x-employee-number"));
        Assert.True(Contains(names, "X-EMPLOYEE-NUMBER"));
        Assert.True(Contains(names, "DNT"));
        Assert.False(Contains(names, "X-Employee-Numbers"));
        Assert.False(Contains(names, "X-Employee"));
        Assert.True(Contains(names, "Authorization"));
    }

    [Fact]
    public void Contains_OverlongName_IsTrue()
    {
        Assert.False(Contains(Names, new string('x', 255)));
        Assert.True(Contains(Names, new string('x', 256)));
        Assert.True(Contains(Names, new string('x', 10_000)));
    }

    [Fact]
    public void Contains_Any_AllocatesNothing()
    {
        byte[] harmless = Encoding.ASCII.GetBytes("Accept-Language"), hidden = Encoding.ASCII.GetBytes("My-Token");
        bool all = Names.Contains(hidden) && !Names.Contains(harmless);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            all &= Names.Contains(hidden) && !Names.Contains(harmless);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(all);
    }

    [Fact]
    public void Lists_AreLowerCaseWithoutDuplicates()
    {
        Assert.Equal(CredentialNames.Known.Select(name => name.ToLowerInvariant()).Distinct(), CredentialNames.Known);
        Assert.Equal(CredentialNames.Words.Select(name => name.ToLowerInvariant()).Distinct(), CredentialNames.Words);
    }

    private static bool Contains(CredentialNames names, string name) => names.Contains(Encoding.ASCII.GetBytes(name));

    private static string Title(string name) => string.Join('-', name.Split('-').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
}
