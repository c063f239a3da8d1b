using System.CommandLine;
using MmapIo.Build.Natives;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Verbs;

internal static class CrossVerb
{
    public static Command Create()
    {
        Argument<string[]> rids = NativesVerb.RidsArgument("Those to test; all, if none is named.");
        var verb = new Command("cross", "Run the tests for every RID, under emulators where needed.") { rids };
        verb.SetAction(async parsed =>
        {
            using CheckoutLock held = await CheckoutLock.TakeAsync();
            var session = new TestSession();
            IReadOnlyList<Target> targets = Target.Named(parsed.GetRequiredValue(rids));
            await CrossTests.RunAsync(session, targets);
            await EmulatedTests.RunAsync(session, targets);
            return session.Finish();
        });
        return verb;
    }
}
