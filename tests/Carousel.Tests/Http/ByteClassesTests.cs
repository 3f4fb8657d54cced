using Carousel.Engine.Http;
using Xunit;

namespace Carousel.Tests.Http;

public class ByteClassesTests
{
    [Fact]
    public void IsAll_EveryByteAtEveryPosition_FollowsTheGrammar()
    {
        CheckClass<TokenBytes>((byte)'a', value => char.IsAsciiLetterOrDigit((char)value) || "!#$%&'*+-.^_`|~".Contains((char)value));
        CheckClass<TargetBytes>((byte)'a', value => value is > 0x20 and < 0x7f && value != '#');
        CheckClass<HostNameBytes>((byte)'a', value => char.IsAsciiLetterOrDigit((char)value) || "-._~!$&'()*+,;=".Contains((char)value));
        CheckClass<ValueBytes>((byte)'a', value => value is >= 0x20 and not 0x7f || value == '\t');
    }

    private static void CheckClass<TClass>(byte member, Func<byte, bool> isMember)
        where TClass : struct, IByteClass
    {
        // 70: several vectors and an incomplete one; the smaller lengths include inputs of less than one vector.
        foreach (int length in (int[])[1, 7, 15, 16, 17, 31, 70])
        {
            for (int value = 0; value < 256; value++)
            {
                for (int at = 0; at < length; at++)
                {
                    byte[] bytes = [.. Enumerable.Repeat(member, length)];
                    bytes[at] = (byte)value;
                    int expected = isMember((byte)value) ? length : at;
                    Assert.Equal(expected, Scan.IndexOutside<TClass>(ref bytes[0], 0, length));
                    Assert.Equal(expected, Scan.IndexOutside<TClass>(ref bytes[0], at, length));
                    Assert.Equal(isMember((byte)value), Scan.IsAll<TClass>(bytes));
                }
            }
        }
    }
}
