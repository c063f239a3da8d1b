using System.CommandLine;
using MmapIo.Build.Natives;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Verbs;

internal static class NativesVerb
{
    public static Command Create()
    {
        Argument<string[]> rids = RidsArgument("Those to build; all, if none is named.");
        var verb = new Command("natives", "Build and check the native library for every RID.") { rids };
        verb.SetAction(async parsed =>
        {
            using CheckoutLock held = await CheckoutLock.TakeAsync();
            string[] wanted = parsed.GetRequiredValue(rids);
            string sources = Fingerprint.OfEverything();
            var session = new TestSession();
            await NativeSet.BuildAsync(session, Target.Named(wanted));
            if (wanted.Length == 0)
            {
                session.Save("natives", sources);
            }

            return session.Finish();
        });
        return verb;
    }

    public static Argument<string[]> RidsArgument(string description)
    {
        var rids = new Argument<string[]>("rids") { Arity = ArgumentArity.ZeroOrMore, Description = description };
        return rids.AcceptOnlyFromAmong([.. Target.All.Select(target => target.Rid)]);
    }
}
