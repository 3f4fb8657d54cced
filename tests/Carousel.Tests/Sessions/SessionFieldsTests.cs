using System.Text;
using Carousel.Core.Sessions;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Sessions;

public class SessionFieldsTests
{
    private static readonly Gen<string> Texts = Gen.String[Gen.Char[' ', '\u00ff'], 0, 300];

    [Fact]
    public void TryTake_AnyAppendedFields_AreThoseThatFit() => Gen.Select(Gen.Select(Texts, Texts).Array[0, 30], Gen.Int[0, SessionFields.MaxBytes]).Sample(
        (fields, room) =>
        {
            byte[] to = new byte[room];
            int length = 0;
            var expected = new List<(string, string)>();
            foreach ((string name, string value) in fields)
            {
                int before = length, needs = 3 + name.Length + value.Length;
                bool fits = name.Length <= 255 && before + needs <= room;
                Assert.Equal(fits, SessionFields.TryAppend(to, ref length, Encoding.Latin1.GetBytes(name), Encoding.Latin1.GetBytes(value)));
                Assert.Equal(fits ? before + needs : before, length);
                if (fits)
                {
                    expected.Add((name, value));
                }
            }
            Assert.Equal(expected, Take(to.AsSpan(0, length)));
        });

    [Fact]
    public void TryAppend_LargestField_FitsExactly()
    {
        byte[] to = new byte[SessionFields.MaxBytes];
        byte[] name = [.. Enumerable.Repeat((byte)'n', 255)], value = [.. Enumerable.Repeat((byte)'v', SessionFields.MaxBytes - 3 - 255)];
        int length = 0;
        Assert.False(SessionFields.TryAppend(to, ref length, name, [.. value, (byte)'v']));
        Assert.True(SessionFields.TryAppend(to, ref length, name, value));
        Assert.Equal(to.Length, length);
        Assert.Equal([(new string('n', 255), new string('v', value.Length))], Take(to));
        Assert.False(SessionFields.TryAppend(to, ref length, default, default));
    }

    private static List<(string, string)> Take(ReadOnlySpan<byte> fields)
    {
        var taken = new List<(string, string)>();
        while (SessionFields.TryTake(ref fields, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            taken.Add((Encoding.Latin1.GetString(name), Encoding.Latin1.GetString(value)));
        }
        return taken;
    }
}
