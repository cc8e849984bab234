from locust import FastHttpUser, constant, task


class Buyer(FastHttpUser):
    wait_time = constant(0.01)

    @task(3)
    def front(self):
        self.client.get("/")

    @task(2)
    def slow(self):
        self.client.get("/slow", name="/slow page")

    @task
    def flaky(self):
        self.client.get("/flaky")
