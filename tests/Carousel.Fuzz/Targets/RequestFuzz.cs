using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using static Carousel.Fuzz.Targets.ViolationException;

namespace Carousel.Fuzz.Targets;

/// <summary>The request parser's result does not depend on how the bytes are split.</summary>
internal static class RequestFuzz
{
    public static void Check(ReadOnlySpan<byte> input)
    {
        ParsedRequest whole = ParsedRequest.Of(input, Heads.Limits);
        ThrowUnless((whole.Status == ParseStatus.Rejected) == (whole.Reason != FailureReason.None), "rejected without a reason, or a reason without rejection");
        if (whole.Status == ParseStatus.Complete)
        {
            ThrowUnless(whole.Head.Length <= Math.Min(input.Length, Heads.Limits.MaxBytes), "the head is longer than the input");
            Heads.CheckFields(input, whole.Fields, whole.Head.Length);
        }
        foreach (int cut in Heads.Cuts(input.Length))
        {
            CheckPrefix(whole, ParsedRequest.Of(input[..cut], Heads.Limits), cut);
        }
    }

    private static void CheckPrefix(ParsedRequest whole, ParsedRequest prefix, int cut)
    {
        bool isEnough = whole.Status == ParseStatus.Complete && cut >= whole.Head.Length;
        if (isEnough || prefix.Status != ParseStatus.NeedMore)
        {
            ThrowUnless(prefix.IsSameAs(whole), $"the first {cut} bytes: {prefix.Status} {prefix.Reason}, all: {whole.Status} {whole.Reason}");
        }
    }
}
