using System.CommandLine;
using MmapIo.Build.Natives;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Verbs;

internal static class CrossVerb
{
    public static Command Create()
    {
        Argument<string[]> rids = NativesVerb.RidsArgument("Those to test; all, if none is named.");
        var verb = new Command("cross", "Run the C tests for every RID, under emulators where needed.") { rids };
        verb.SetAction(async parsed =>
        {
            using CheckoutLock held = await CheckoutLock.TakeAsync();
            var session = new TestSession();
            await CrossTests.RunAsync(session, Target.Named(parsed.GetRequiredValue(rids)));
            return session.Finish();
        });
        return verb;
    }
}
