using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using static Carousel.Fuzz.Targets.ViolationException;

namespace Carousel.Fuzz.Targets;

/// <summary>The response parser's result does not depend on how the bytes are split.</summary>
internal static class ResponseFuzz
{
    public static void Check(ReadOnlySpan<byte> input)
    {
        Check(input, RequestMethod.Get);
        Check(input, RequestMethod.Head);
    }

    private static void Check(ReadOnlySpan<byte> input, RequestMethod method)
    {
        ParsedResponse whole = ParsedResponse.Of(input, method, Heads.Limits);
        ThrowUnless(
            whole.Status == ParseStatus.Rejected
                ? whole.Reason is FailureReason.BadAnswer or FailureReason.AnswerHeadTooLarge
                : whole.Reason == FailureReason.None,
            $"{whole.Status} for {whole.Reason}");
        if (whole.Status == ParseStatus.Complete)
        {
            ThrowUnless(whole.Head.Status is >= 100 and <= 599, "the status is out of range");
            ThrowUnless(method != RequestMethod.Head || whole.Head.Body == BodyKind.None, "a response to HEAD has a body");
            ThrowUnless(!whole.Head.KeepAlive || whole.Head.Body != BodyKind.UntilClose, "kept alive, but the body ends with the connection");
            Heads.CheckFields(input, whole.Fields, whole.Head.Length);
        }
        foreach (int cut in Heads.Cuts(input.Length))
        {
            ParsedResponse prefix = ParsedResponse.Of(input[..cut], method, Heads.Limits);
            bool isEnough = whole.Status == ParseStatus.Complete && cut >= whole.Head.Length;
            if (isEnough || prefix.Status != ParseStatus.NeedMore)
            {
                ThrowUnless(prefix.IsSameAs(whole), $"the first {cut} bytes: {prefix.Status} {prefix.Reason}, all: {whole.Status} {whole.Reason}");
            }
        }
    }
}
